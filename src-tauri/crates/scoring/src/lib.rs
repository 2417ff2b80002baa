//! Model packs and the stages from picture to music.
