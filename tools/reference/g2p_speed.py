"""Times this library's English front end against Python misaki, in turns, one thread each, nothing cached.

usage: g2p_speed.py PHONEMIZE SENTENCES [ROUNDS]

PHONEMIZE is target/release/examples/phonemize, SENTENCES a file of one sentence a line. Needs a virtual environment
with misaki 0.9.4 and spaCy 3.8 and their data; the weights of the tagger are the ones that the crate misaki-rs carries,
given by the folder of its data files in MISAKI_RS_DATA.
"""

import os
import statistics
import subprocess
import sys
import time

import numpy
import spacy
from misaki import en
from thinc.api import Config

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


def pipeline():
    """spaCy's pipeline in the shape of en_core_web_sm, with its weights."""
    data = os.environ["MISAKI_RS_DATA"]
    nlp = spacy.util.load_model_from_config(Config().from_str(CONFIG), auto_fill=True)
    tagger = nlp.get_pipe("tagger")
    with open(os.path.join(data, "tagger_labels.txt")) as file:
        for label in file.read().split():
            tagger.add_label(label)
    nlp.initialize()
    weights = numpy.fromfile(os.path.join(data, "tagger.bin"), "<f4")
    nodes = list(nlp.get_pipe("tok2vec").model.walk())
    slots = [(node, "E") for node in nodes if node.name == "hashembed"]
    layers = [node for node in nodes if ">>" not in node.name]
    maxout = [node for node in layers if node.name.startswith("maxout") and node.has_param("W")]
    norms = [node for node in layers if node.name.startswith("layernorm") and node.has_param("G")]
    for one, other in zip(maxout, norms, strict=True):
        slots += [(one, "W"), (one, "b"), (other, "G"), (other, "b")]
    softmax = next(node for node in tagger.model.walk() if node.name.startswith("softmax") and node.has_param("W"))
    slots += [(softmax, "W"), (softmax, "b")]
    for node, name in slots:
        shape = node.get_param(name).shape
        count = int(numpy.prod(shape))
        node.set_param(name, weights[:count].reshape(shape).copy())
        weights = weights[count:]
    return nlp


def main():
    program, path = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with open(path) as file:
        sentences = file.read().splitlines()
    nlp = pipeline()
    spacy.util.is_package = lambda name: True
    spacy.load = lambda name, **options: nlp
    g2p = en.G2P(trf=False, british=False, fallback=None)
    repeated = ("\n".join(sentences) + "\n").encode() * 20
    command = [program, "--mode", "reference"]
    ratios = []
    for _ in range(rounds):
        begin = time.perf_counter()
        for sentence in sentences:
            g2p(sentence)
        theirs = len(sentences) / (time.perf_counter() - begin)
        begin = time.perf_counter()
        subprocess.run(command, input=repeated, stdout=subprocess.DEVNULL, check=True)
        ours = 20 * len(sentences) / (time.perf_counter() - begin)
        ratios.append(ours / theirs)
        print(f"sentences/s: misaki {theirs:.0f}, kokoro-core {ours:.0f} (its start included), ratio {ratios[-1]:.1f}")
    print(f"ratio: median {statistics.median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}")


main()
