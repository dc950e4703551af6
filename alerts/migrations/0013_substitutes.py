"""Messages to those whom a substitution is about."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0012_self_test'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='audience',
            field=models.CharField(choices=[('asked', 'you are asked to decide'), ('requester', 'this is your access'), ('frozen', 'you are frozen'), ('approver', 'you were asked to decide'), ('asker', 'you asked a question'), ('responder', 'you are a responder'), ('compliance', 'you are a compliance officer'), ('alerted', 'your group is alerted in this scenario'), ('reviewer', 'you review cases of this scenario'), ('auditor', 'you are an auditor'), ('administrator', 'you are an administrator'), ('routed', 'a route of this installation says so'), ('proposer', 'you proposed this change'), ('unread', 'nobody has said that they read it'), ('member', 'your groups were changed'), ('substitute', 'you stand in for somebody, or somebody for you')], max_length=16),
        ),
    ]
