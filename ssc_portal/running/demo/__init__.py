"""What a trial shows of people at work: invented agencies, their postings, and what became of these.

Nothing of it can be taken for real: agencies carry it in their names, titles begin with MARK, so that lists, mails,
files and the API carry it too, and texts say it in a sentence. It is made by the functions that pages call, on a
machine with DEBUG on alone, and once: what a tester does with it afterwards stays done.
"""
