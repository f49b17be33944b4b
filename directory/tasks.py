"""Jobs that workers do; each calls a function that the commands call too."""

from celery import shared_task

from directory.mail.sending import send_one


@shared_task(ignore_result=True)
def send_mails(pks: list[int]) -> None:
    """Send these mails, each once, whatever becomes of the others."""
    for pk in pks:
        send_one(pk)
