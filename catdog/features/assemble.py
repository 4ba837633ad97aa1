"""A whole model4 put together from its parts without TensorFlow: the prepared backbone, and a head that was fitted."""

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from catdog.features.head import Head

if TYPE_CHECKING:
    import h5py

WEIGHTS = "model.weights.h5"  # the file within a .keras that has the weights
IDENTIFIER = b"TFL3"  # of a LiteRT file


def make_keras_file(template: bytes, head: Head) -> bytes:
    """Return a model4 for Keras: the template with the head's weights in its last layer.

    Args:
        template: The .keras file of a model4.
        head: The last layer.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(content, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            target.writestr(entry, _replace_weights(data, head) if entry.filename == WEIGHTS else data)
    return content.getvalue()


def read_head(keras_file: bytes) -> Head:
    """Return the last layer of a model4 that `make_keras_file` made; its strength, which is not kept, is NaN."""
    import h5py

    with zipfile.ZipFile(io.BytesIO(keras_file)) as source, h5py.File(io.BytesIO(source.read(WEIGHTS))) as file:
        kernel, bias = _find_last_layer(file)
        return Head(kernel[:, 0], float(bias[0]), float("nan"))


def make_litert_file(extractor: bytes, head: Head) -> bytes:
    """Return a model4 for LiteRT: the extractor, followed by the head as a dense layer and a sigmoid.

    Args:
        extractor: A LiteRT file that ends in the features, float32 (1, D).
        head: The last layer.

    Returns:
        A LiteRT file that ends in the probability of class 1, float32 (1, 1).
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(extractor, 0)
    graph = model.subgraphs[0]
    features = int(graph.outputs[0])

    def add_tensor(name: str, shape: tuple[int, ...], values: np.ndarray | None = None) -> int:
        buffer, tensor = schema.BufferT(), schema.TensorT()
        if values is not None:
            buffer.data = np.frombuffer(values.astype("<f4").tobytes(), np.uint8)
        tensor.name, tensor.shape, tensor.hasRank = name, np.array(shape, np.int32), True
        tensor.type, tensor.buffer = schema.TensorType.FLOAT32, len(model.buffers)
        model.buffers.append(buffer)
        graph.tensors.append(tensor)
        return len(graph.tensors) - 1

    def add_operator(code: int, inputs: list[int], output: int, options: tuple[int, Any] = (0, None)) -> None:
        kind, operator = schema.OperatorCodeT(), schema.OperatorT()
        kind.builtinCode = kind.deprecatedBuiltinCode = code
        kind.version = 1
        operator.opcodeIndex = len(model.operatorCodes)
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
        operator.builtinOptionsType, operator.builtinOptions = options
        model.operatorCodes.append(kind)
        graph.operators.append(operator)

    weights = add_tensor("probability/kernel", (1, len(head.weights)), head.weights)
    bias = add_tensor("probability/bias", (1,), np.array([head.bias]))
    logit, probability = add_tensor("probability/logit", (1, 1)), add_tensor("probability", (1, 1))
    dense = (schema.BuiltinOptions.FullyConnectedOptions, schema.FullyConnectedOptionsT())
    add_operator(schema.BuiltinOperator.FULLY_CONNECTED, [features, weights, bias], logit, dense)
    add_operator(schema.BuiltinOperator.LOGISTIC, [logit], probability)
    graph.outputs = np.array([probability], np.int32)
    for signature in model.signatureDefs or ():
        for output in signature.outputs:
            output.tensorIndex = probability
    builder = flatbuffers.Builder(len(extractor) + 2 * head.weights.nbytes)
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def _replace_weights(content: bytes, head: Head) -> bytes:
    import h5py

    file_in_memory = io.BytesIO(content)
    with h5py.File(file_in_memory, "r+") as file:
        kernel, bias = _find_last_layer(file)
        kernel[:, 0] = head.weights
        bias[0] = head.bias
    return file_in_memory.getvalue()


def _find_last_layer(file: "h5py.File") -> "tuple[h5py.Dataset, h5py.Dataset]":
    """Return kernel (D, 1) and bias (1,) of the only dense layer, wherever Keras has put it."""
    import h5py

    kernels: list[h5py.Dataset] = []
    file.visititems(lambda _, item: kernels.append(item) if isinstance(item, h5py.Dataset) and item.ndim == 2 else None)
    [kernel] = kernels
    return kernel, kernel.parent["1"]
