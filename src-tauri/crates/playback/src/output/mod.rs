//! Where sound goes.

mod device;
pub(crate) mod keeper;
mod silent;

pub use device::CpalOutput;
pub use silent::SilentOutput;

use thiserror::Error;

use crate::wire::Puller;

/// A device that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What it is chosen by; stays the same over restarts.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whether it is the system's own choice.
    pub default: bool,
}

/// Why there is no sound from a device.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The system has no sound, or it can't be reached.
    #[error("the system's sound cannot be reached")]
    Host(#[source] cpal::Error),
    /// There is no device at all.
    #[error("there is no sound device")]
    NoDevice,
    /// The chosen device is not there.
    #[error("the sound device {id} is not there; choose another one")]
    Gone {
        /// What it was chosen by.
        id: String,
    },
    /// The device plays nothing that we can give.
    #[error("the sound device {name} takes no format that can be played; choose another one")]
    Format {
        /// Its name.
        name: String,
    },
    /// The device cannot be opened.
    #[error("the sound device {name} cannot be opened; close other programs that use it")]
    Open {
        /// Its name.
        name: String,
        /// What the system said.
        source: cpal::Error,
    },
    /// The system gives no thread.
    #[error("the system gives no thread for sound")]
    Thread(#[from] std::io::Error),
}

/// A way to hear sound.
pub trait Output: Send + Sync {
    /// The devices that there are now.
    ///
    /// # Errors
    /// [`OutputError`] if the system can't be asked.
    fn devices(&self) -> Result<Vec<Device>, OutputError>;

    /// Opens a device and lets it pull sound until what is returned is dropped. `id` is [`Device::id`]; `None` is
    /// the system's choice. The device gets `sample_rate` frames per second if it can, else another rate.
    ///
    /// `connect` makes the far end for a rate; the last one made is the one in use.
    ///
    /// # Errors
    /// [`OutputError`] if it can't be opened.
    fn open(
        &self,
        id: Option<&str>,
        sample_rate: u32,
        connect: &mut dyn FnMut(u32) -> Puller,
    ) -> Result<Box<dyn Running>, OutputError>;
}

/// Why a device plays no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the system said.
    pub reason: String,
    /// Whether the device itself is gone; else only its stream ended, and it can be opened anew.
    pub gone: bool,
}

/// A device that plays. Dropping it ends that.
pub trait Running: Send {
    /// Its name for people.
    fn name(&self) -> &str;

    /// Why it plays no more, once that is so.
    fn failure(&self) -> Option<Failure>;

    /// Times that the device itself reported a gap since the last call.
    fn take_gaps(&self) -> u64;
}
