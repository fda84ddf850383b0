import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from matching.errors import UnusableModel
from matching.text.sentence_encoder import FILES, Embedder, digest

WORDS = ("[UNK]", "[CLS]", "[SEP]", "flood", "warning", "phone", "river", "budget")
WIDTH, INNER, HEADS, LAYERS, PLACES = 8, 12, 2, 2, 10


def test_vectors_are_those_of_the_framework_that_trains_such_models(tmp_path: Path) -> None:
    embedder = Embedder(tmp_path, sha256=a_model(tmp_path))

    rows = embedder.encode(["flood warning phone", "budget", ""])

    # told by sentence-transformers 6.2 with torch 2.13 for the same weights
    expected = [
        [
            0.0942804,
            -0.5961179,
            0.0312026,
            0.630669,
            0.1928464,
            -0.1142553,
            -0.0069651,
            -0.4321403,
        ],
        [
            0.0955247,
            -0.5943613,
            0.0348924,
            0.6310826,
            0.1919889,
            -0.1109048,
            -0.0062424,
            -0.4346591,
        ],
        [
            0.0950234,
            -0.594889,
            0.0331321,
            0.6312698,
            0.1922091,
            -0.112733,
            -0.0060228,
            -0.4333462,
        ],
    ]
    assert np.abs(rows - expected).max() < 1e-6


def test_rows_have_length_one_and_depend_on_no_other_text(tmp_path: Path) -> None:
    embedder = Embedder(tmp_path, sha256=a_model(tmp_path))
    texts = ["flood warning", "", "river " * 30, "budget unknown"]

    together = embedder.encode(texts)

    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-12)
    for text, row in zip(texts, together, strict=True):
        assert np.array_equal(embedder.encode([text])[0], row)
    assert embedder.encode([]).shape == (0, WIDTH)


def test_an_embedder_is_named_by_the_hash_of_its_model(tmp_path: Path) -> None:
    stated = a_model(tmp_path)

    assert Embedder(tmp_path, sha256=stated.upper()).name == stated


def test_a_long_text_is_the_mean_of_its_windows(tmp_path: Path) -> None:
    embedder = Embedder(tmp_path, sha256=a_model(tmp_path))
    windows = ["flood warning phone river budget budget", "river river flood flood phone phone"]

    long, halves = embedder.encode([" ".join(windows)])[0], embedder.encode(windows)

    mean = halves.mean(axis=0)
    assert np.allclose(long, mean / np.linalg.norm(mean), atol=1e-12)


def test_a_model_that_is_not_the_one_named_is_refused(tmp_path: Path) -> None:
    stated = a_model(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(UnusableModel, match=f"has the sha256 [0-9a-f]{{64}}, not {stated}"):
        Embedder(tmp_path, sha256=stated)


def test_a_folder_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    stated = a_model(tmp_path)
    (tmp_path / "model.safetensors").unlink()

    with pytest.raises(UnusableModel, match=r"lacks model\.safetensors"):
        Embedder(tmp_path, sha256=stated)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    a_model(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"model_type": "mpnet"}))

    with pytest.raises(UnusableModel, match="only models with model_type = bert can be read"):
        Embedder(tmp_path, sha256=hash_of(tmp_path))


def a_model(folder: Path) -> str:
    """Write a tiny model of random weights; return its hash."""
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps(
            {
                "word_embedding_dimension": WIDTH,
                "pooling_mode_mean_tokens": True,
                "pooling_mode_cls_token": False,
            }
        )
    )
    (folder / "config.json").write_text(
        json.dumps(
            {
                "architectures": ["BertModel"],
                "model_type": "bert",
                "hidden_act": "gelu",
                "hidden_size": WIDTH,
                "intermediate_size": INNER,
                "num_attention_heads": HEADS,
                "num_hidden_layers": LAYERS,
                "max_position_embeddings": PLACES,
                "type_vocab_size": 2,
                "vocab_size": len(WORDS),
                "layer_norm_eps": 1e-12,
            }
        )
    )
    a_tokenizer().save(str(folder / "tokenizer.json"))
    rng = np.random.default_rng(0)
    weights = {
        name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes().items()
    }
    safetensors.numpy.save_file(weights, folder / "model.safetensors")
    return hash_of(folder)


def a_tokenizer() -> Tokenizer:
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 -- no password
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=6)
    return tokenizer


def shapes() -> dict[str, tuple[int, ...]]:
    """Name each array of the model, in the order in which it is drawn."""
    found: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    linear = {
        "attention.self.query": (WIDTH, WIDTH),
        "attention.self.key": (WIDTH, WIDTH),
        "attention.self.value": (WIDTH, WIDTH),
        "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (INNER, WIDTH),
        "output.dense": (WIDTH, INNER),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        norms += [name + "attention.output.LayerNorm", name + "output.LayerNorm"]
        for part, shape in linear.items():
            found |= {f"{name}{part}.weight": shape, f"{name}{part}.bias": shape[:1]}
    for name in norms:
        found |= {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}
    return found


def hash_of(folder: Path) -> str:
    return digest({name: (folder / name).read_bytes() for name in FILES})
