"""Count how rare terms are in the training texts."""

from __future__ import annotations

from matchmaker.language.terms import TermModel
from matchmaker.training.corpus import Corpus

# A paper's body is counted in pieces of about the length of a record, a few of each paper, so
# that long papers do not decide what is rare.
_PIECE = 600
_PIECES = 3


def term_texts(corpus: Corpus) -> list[str]:
    """Cut a corpus into texts of about the length of a record.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    list of str
        Title and abstract of each paper, some pieces of its body, and titles of patents.
    """
    texts: list[str] = []
    for paper in corpus.papers:
        texts.append(f"{paper.title} {paper.abstract}")
        body = " ".join(paper.body)
        step = max(len(body) // _PIECES, _PIECE)
        texts += [body[start : start + _PIECE] for start in range(0, len(body), step)]
    texts += [patent.title for patent in corpus.patents]
    return texts


def fit_terms(corpus: Corpus) -> TermModel:
    """Count terms in a corpus.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    TermModel
    """
    return TermModel.fit(term_texts(corpus))
