"""The verdict of the last plan, remembered by hashes, so that a large one is not worked out twice."""
