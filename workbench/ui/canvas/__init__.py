"""The map on screen: scene, cards, links, gestures. Holds ids, never truth."""
