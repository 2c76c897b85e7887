//! What people see on the terminal, and what programs read: tables, sentences, progress, JSON.

pub mod figures;
mod progress;
mod screen;
mod wrap;

pub use progress::Progress;
pub use screen::Screen;
