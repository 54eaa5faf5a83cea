"""Python's misaki 0.9.4 as a reference, with spaCy's tagger and its own espeak-ng classes.

    pip install -r tools/phonemes/requirements.txt
    cargo fetch        # the crate misaki-rs holds the weights of the tagger

Nothing of these packages is part of the library.
"""

from pathlib import Path

import numpy as np
import spacy
import spacy.util
from spacy.attrs import NORM
from spacy.lookups import load_lookups
from spacy.util import add_lookups
from thinc.api import Config

# The shape of spaCy's en_core_web_sm, as far as the tagger needs it.
CONFIG = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 96
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"]
rows = [5000, 1000, 2500, 2500, 50, 50]
include_static_vectors = false

[components.tok2vec.model.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 96
depth = 4
window_size = 1
maxout_pieces = 3

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "spacy.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 96
upstream = "*"
"""


def tagger():
    """spaCy's English tokenizer with the tagger whose weights the crate misaki-rs carries."""
    data = next(Path.home().glob(".cargo/registry/src/*/misaki-rs-0.8.0/data"))
    nlp = spacy.util.load_model_from_config(Config().from_str(CONFIG), auto_fill=True)
    norms = load_lookups("en", ["lexeme_norm"]).get_table("lexeme_norm")
    if nlp.vocab.lookups.has_table("lexeme_norm"):
        nlp.vocab.lookups.remove_table("lexeme_norm")
    nlp.vocab.lookups.set_table("lexeme_norm", norms)
    nlp.vocab.lex_attr_getters[NORM] = add_lookups(nlp.vocab.lex_attr_getters[NORM], norms)
    pipe = nlp.get_pipe("tagger")
    for label in filter(None, (data / "tagger_labels.txt").read_text().split("\n")):
        pipe.add_label(label)
    nlp.initialize()
    weights = np.fromfile(data / "tagger.bin", "<f4")
    at = 0

    def fill(node, names: str) -> None:
        nonlocal at
        for name in names:
            shape = node.get_param(name).shape
            size = int(np.prod(shape))
            node.set_param(name, weights[at : at + size].reshape(shape).copy())
            at += size

    def layers(model, name: str, param: str) -> list:
        nodes = [node for node in model.walk() if node.name.startswith(name) and ">>" not in node.name]
        return [node for node in nodes if node.has_param(param)]

    embedding = nlp.get_pipe("tok2vec").model
    for node in [node for node in embedding.walk() if node.name == "hashembed"]:
        fill(node, "E")
    for maxout, norm in zip(layers(embedding, "maxout", "W"), layers(embedding, "layernorm", "G"), strict=True):
        fill(maxout, "Wb")
        fill(norm, "Gb")
    fill(layers(pipe.model, "softmax", "W")[0], "Wb")
    assert at == weights.size
    return nlp


def english(dialect: str, fallback: str):
    """misaki's function for `en-us` or `en-gb`, with the fallback `none` or `espeak`."""
    nlp = tagger()
    spacy.util.is_package = lambda name: True
    spacy.load = lambda name, **_: nlp
    from misaki import en, espeak

    is_british = dialect == "en-gb"
    reader = espeak.EspeakFallback(british=is_british) if fallback == "espeak" else None
    return en.G2P(trf=False, british=is_british, fallback=reader)


def other(language: str):
    """misaki's function for a language that espeak-ng reads."""
    from misaki import espeak

    return espeak.EspeakG2P(language)
