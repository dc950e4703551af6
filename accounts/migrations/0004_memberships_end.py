"""A membership in a group gets an optional end; the table stays the one that Django made."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('accounts', '0003_erasures'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='auth.group')),
                    ],
                    options={
                        'db_table': 'accounts_user_groups',
                        'unique_together': {('user', 'group')},
                    },
                ),
                migrations.AlterField(
                    model_name='user',
                    name='groups',
                    field=models.ManyToManyField(blank=True, related_name='user_set', related_query_name='user', through='accounts.Membership', to='auth.group'),
                ),
            ],
        ),
        migrations.AddField(
            model_name='membership',
            name='until',
            field=models.DateTimeField(null=True),
        ),
    ]
