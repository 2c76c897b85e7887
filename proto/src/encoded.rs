//! Messages that go on as the bytes that were kept of them: what nobody looks into need not be read to be sent.

use prost::bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType};
use prost::{DecodeError, Message};

/// A message, or the bytes of one. On the wire both are the same.
#[derive(Debug, Clone, PartialEq)]
pub enum Encoded<M> {
    /// One that was read.
    Read(M),
    /// As it was kept. Whoever puts bytes here vouches that they are a message of this kind. Cheap to clone.
    Kept(Bytes),
}

impl<M: Message + Default> Encoded<M> {
    /// A message that is written once, to be sent more than once.
    #[must_use]
    pub fn kept(message: &M) -> Self {
        Self::Kept(message.encode_to_vec().into())
    }

    /// The message.
    ///
    /// # Errors
    /// When the bytes are not one; what came over the wire always is.
    pub fn read(self) -> Result<M, DecodeError> {
        match self {
            Self::Read(message) => Ok(message),
            Self::Kept(bytes) => M::decode(bytes),
        }
    }
}

impl<M: Default> Default for Encoded<M> {
    fn default() -> Self {
        Self::Read(M::default())
    }
}

impl<M: Message + Default> Message for Encoded<M> {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        match self {
            Self::Read(message) => message.encode_raw(buffer),
            Self::Kept(bytes) => buffer.put_slice(bytes),
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        if let Self::Kept(bytes) = self {
            *self = Self::Read(M::decode(bytes.clone())?);
        }
        match self {
            Self::Read(message) => message.merge_field(tag, wire_type, buffer, context),
            Self::Kept(_) => Ok(()),
        }
    }

    fn encoded_len(&self) -> usize {
        match self {
            Self::Read(message) => message.encoded_len(),
            Self::Kept(bytes) => bytes.len(),
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}
