"""Jobs of surveys that workers do."""

from celery import shared_task

from web.jobs.doing import do


@shared_task(name="surveys.tasks.run_import", ignore_result=True)
def run_import(file_import_id: int) -> bool:
    """Make the preview of an import, write it or undo it, as its state says."""
    return do("surveys.tasks.run_import", file_import_id)
