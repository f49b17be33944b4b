from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(verbose_name='last seen')),
                ('waiting', models.PositiveIntegerField(default=0, verbose_name='jobs that wait for long')),
            ],
            options={
                'verbose_name': 'watch over jobs',
                'verbose_name_plural': 'watch over jobs',
                'ordering': ['pk'],
            },
        ),
    ]
