"""The errors a user can cause. Each message is one sentence: what is wrong, and what to do."""


class CatDogError(Exception):
    """Anything a user can cause; pages show its message in a box, the command line on one line."""


class UsageError(CatDogError):
    """A value was given that is not allowed; the command line ends with status 2."""


class DataError(CatDogError):
    """A dataset is missing, damaged or laid out in a way that can't be used."""


class UnconfirmedClassesError(DataError):
    """A dataset's classes can be taken from the names of its files, and nobody has said yet that they should be."""


class ImageError(CatDogError):
    """An image can't be read."""


class WeightsError(CatDogError):
    """MobileNetV2's weights can't be found or fetched."""


class RunError(CatDogError):
    """A training run can't be found, changed or used."""


class AccessError(CatDogError):
    """Somebody may not do this here: not signed in, not a member, or over a limit."""
