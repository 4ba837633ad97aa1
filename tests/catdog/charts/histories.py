"""Histories of runs that the tests of learning curves share."""

HISTORY = {
    "epoch": [1, 2, 3],
    "seconds": [10.0, 5.0, 5.0],
    "accuracy": [0.5, 0.7, 0.9],
    "loss": [0.7, 0.6, 0.5],
    "val_accuracy": [0.5, 0.65, 0.6],
    "val_loss": [0.7, 0.65, 0.66],
}


def history(accuracy, val_accuracy=None, loss=None):
    """A run's history with these accuracies; the rest follows from them."""
    columns = {"epoch": list(range(1, len(accuracy) + 1)), "accuracy": accuracy}
    columns["val_accuracy"] = val_accuracy or [value - 0.1 for value in accuracy]
    columns["loss"] = loss or [1 - value for value in accuracy]
    columns["val_loss"] = [1.1 - value for value in accuracy]
    return columns
