from django.db import migrations


class Migration(migrations.Migration):
    """Number the cases: a sequence, so that two at the same moment never wait for one another."""

    dependencies = [("breakglass", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE breakglass_case", "DROP SEQUENCE breakglass_case")
    ]
