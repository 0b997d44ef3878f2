"""A small vocabulary: Chinese character by character, the rest in pieces of words.

The pieces are those of byte-pair encoding: the WordPiece trainer of the library numbers its pieces
differently in every run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matchmaker.errors import ConfigError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(len(SPECIAL))

# The rest is left to pieces of Latin words and numbers.
_CHARACTERS = 0.75


def build_subwords(texts: Sequence[str], size: int) -> Tokenizer:
    """Learn a vocabulary from texts.

    Parameters
    ----------
    texts : sequence of str
    size : int
        Most tokens, the five special ones included; at least 10.

    Returns
    -------
    tokenizers.Tokenizer
        Puts [CLS] before a text and [SEP] after it.

    Raises
    ------
    ConfigError
        If `size` is less than 10.
    """
    if size < 2 * len(SPECIAL):
        raise ConfigError(f"a vocabulary needs at least {2 * len(SPECIAL)} tokens, not {size}")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL[UNK]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    # The trainer would choose among equally frequent characters by chance.
    counts = Counter[str]()
    for text in texts:
        counts.update(tokenizer.normalizer.normalize_str(text).replace(" ", ""))
    alphabet = sorted(counts, key=lambda character: (-counts[character], character))
    alphabet = alphabet[: int(_CHARACTERS * size)]
    trainer = BpeTrainer(
        vocab_size=size,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        special_tokens=list(SPECIAL),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    return tokenizer
