"""Jobs that workers do; each calls a function that the commands call too."""

from celery import shared_task

from directory.mail.sending import send_due, send_one


@shared_task(name="directory.tasks.send_mails", ignore_result=True)
def send_mails(pks: list[int]) -> None:
    """Send these mails, each once, whatever becomes of the others."""
    for pk in pks:
        send_one(pk)


@shared_task(name="directory.tasks.send_due_mails", ignore_result=True)
def send_due_mails() -> None:
    """Send what is due and was not sent as it was written: a server had refused it, or a worker was down."""
    send_due()
