"""Text search as a user would pick it instead: term frequencies of the texts themselves."""

import logging

import numpy as np

from benchmarks.evaluation_data import Task


def tf_idf(task: Task) -> np.ndarray:
    """Return float64[needs, offers]: cosine of TF-IDF on words, of all pairs."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(strip_accents="unicode", sublinear_tf=True)
    # Each text once: the offers of one project, one a provider, would make its words look frequent.
    vectorizer.fit(list(dict.fromkeys([*task.need_texts, *task.offer_texts])))
    similarity = vectorizer.transform(task.need_texts) @ vectorizer.transform(task.offer_texts).T
    return np.asarray(similarity.toarray())


def bm25(task: Task) -> np.ndarray:
    """Return float64[needs, offers]: BM25 (Robertson, k1 1.5, b 0.75) on words."""
    import bm25s

    # It sets its own logger to tell of every index; the table is all that is asked for.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    texts = list(dict.fromkeys(task.offer_texts))
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(texts, stopwords=None, show_progress=False), show_progress=False)
    place = {text: number for number, text in enumerate(texts)}
    columns = [place[text] for text in task.offer_texts]
    scores = np.stack(
        [
            retriever.get_scores(bm25s.tokenize([text], stopwords=None, show_progress=False, return_ids=False)[0])
            for text in task.need_texts
        ]
    )
    return scores[:, columns]
