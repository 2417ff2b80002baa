//! What is handed over to other tools of the open project.

use super::{Fault, Studio};
use crate::cancel::CancelToken;
use crate::handover::{HandOverOrder, HandOverSource, HandedOver, hand_over};

impl Studio {
    /// Writes a hand-over of the open project as it is now; takes some seconds where takes are long.
    ///
    /// # Errors
    /// `exists` if it is there already and may not be replaced; else what can't be read or written.
    pub fn hand_over(&self, order: &HandOverOrder) -> Result<HandedOver, Fault> {
        let source = self.with(|open| Ok(HandOverSource::of(&open.document)))?;
        hand_over(&source, order, &CancelToken::new()).map_err(|error| Fault::from(&error))
    }
}
