//! The jobs on an open project: analyse, score, export; progress and cancel.
