from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0018_what_is_counted_is_indexed'),
    ]

    operations = [
        # What was added up until now counted from the request.
        migrations.RunSQL("UPDATE reviews_span SET stale = true", migrations.RunSQL.noop),
    ]
