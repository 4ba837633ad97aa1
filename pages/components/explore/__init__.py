"""The parts of the Explore page: the map of all images, what is selected on it, and teaching a head with a few."""
