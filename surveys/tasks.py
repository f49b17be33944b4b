"""Jobs of surveys that workers do."""

from celery import shared_task

from surveys.importing import jobs


@shared_task(name="surveys.tasks.run_import", ignore_result=True)
def run_import(file_import_id: int) -> None:
    """Make the preview of an import, or write it, as its state says; doing it twice does it once."""
    jobs.run(file_import_id)
