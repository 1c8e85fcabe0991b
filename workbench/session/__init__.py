"""The desk: the open journey, its undo stack, its data and the background work. QtCore and QtGui, no widgets."""
