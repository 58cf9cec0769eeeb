//! The window: draws a view model, returns gestures.
