//! The messages of an Arrow stream, one at a time, checked before they are decoded.
//!
//! A message says how long its body is and where each buffer lies in it. Arrow's own reader (59.3) takes that on
//! trust: a damaged file makes it panic, or ask for more memory than there is. So lengths are held against the bytes
//! that are there, and what still panics inside is caught and told as damage.

use std::io::{BufRead, Read};

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::convert::fb_to_schema;
use arrow::ipc::reader::StreamDecoder;
use arrow::ipc::{self, CompressionType, MessageHeader};

use crate::memory;
use crate::source::columnar::quiet::quietly;
use crate::source::columnar::unpacked::is_longer;

/// Decodes a stream from its first message on.
pub(super) struct Messages<R> {
    reader: R,
    decoder: StreamDecoder,
    schema: SchemaRef,
    ended: bool,
}

/// What a message's length stands behind; streams of before 2019 have none.
const MARK: [u8; 4] = [0xff; 4];

/// How a stream ends.
const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// A schema with all that writers note beside it is some kilobytes.
const HEAD_BYTES_MAX: u32 = 256 << 20;

/// A compressed buffer may claim to unpack into so many bytes: more than a batch of any dataset.
const UNPACKED_BYTES_MAX: i64 = 4 << 30;

impl<R: BufRead> Messages<R> {
    /// Begins with the schema, which is a stream's first message.
    pub(super) fn new(reader: R) -> Result<Self, ArrowError> {
        let mut messages = Self {
            reader,
            decoder: StreamDecoder::new(),
            schema: Schema::empty().into(),
            ended: false,
        };
        let first = messages.read()?.ok_or_else(|| damaged("it is empty"))?;
        let schema = first.message()?.header_as_schema();
        let schema = schema.ok_or_else(|| damaged("it has no schema"))?;
        let schema = quietly(|| fb_to_schema(schema));
        messages.schema = schema.ok_or_else(|| damaged("its schema is none"))?.into();
        messages.decode(first)?;
        Ok(messages)
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Takes the next message; a batch where one is whole then.
    fn step(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        match self.read()? {
            Some(framed) => {
                check(&framed.message()?, &framed.body)?;
                self.decode(framed)
            }
            None => {
                self.ended = true;
                // A last message without a body is met only now.
                self.decode_bytes(END.to_vec())
            }
        }
    }

    /// The next message as it stands in the file; none at the end of the stream.
    fn read(&mut self) -> Result<Option<Framed>, ArrowError> {
        let Some(length) = self.length()? else {
            return Ok(None);
        };
        let head = self.bytes(u64::from(length))?;
        let mut framed = Framed {
            head,
            body: Vec::new(),
        };
        let length = u64::try_from(framed.message()?.bodyLength());
        framed.body = self.bytes(length.map_err(|_| damaged("a body of negative length"))?)?;
        Ok(Some(framed))
    }

    /// How long the next message's head is; none at the end of the stream.
    fn length(&mut self) -> Result<Option<u32>, ArrowError> {
        if self.reader.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut word = [0; 4];
        self.reader.read_exact(&mut word).map_err(cut)?;
        if word == MARK {
            self.reader.read_exact(&mut word).map_err(cut)?;
        }
        match u32::from_le_bytes(word) {
            0 => Ok(None),
            length if length <= HEAD_BYTES_MAX => Ok(Some(length)),
            _ => Err(damaged("a message of more bytes than any has")),
        }
    }

    /// So many bytes, as far as the file has them and a thread may hold them: memory follows what is there and not
    /// what is said.
    fn bytes(&mut self, count: u64) -> Result<Vec<u8>, ArrowError> {
        let most = memory::share() / 2;
        let mut bytes = Vec::new();
        let wanted = count.min(most.saturating_add(1));
        let read = self.reader.by_ref().take(wanted).read_to_end(&mut bytes)?;
        if read as u64 > most {
            hold(count)?;
        }
        match read as u64 == count {
            true => Ok(bytes),
            false => Err(damaged("it is cut off")),
        }
    }

    fn decode(&mut self, framed: Framed) -> Result<Option<RecordBatch>, ArrowError> {
        let length = (framed.head.len() as u32).to_le_bytes();
        // A message without a body is decoded with the next one's length.
        let before = self.decode_bytes(length.to_vec())?;
        let found = self.decode_bytes(framed.head)?.or(before);
        Ok(self.decode_bytes(framed.body)?.or(found))
    }

    fn decode_bytes(&mut self, bytes: Vec<u8>) -> Result<Option<RecordBatch>, ArrowError> {
        let mut bytes = Buffer::from_vec(bytes);
        let mut found = None;
        let decoder = &mut self.decoder;
        let decoded = quietly(|| {
            while !bytes.is_empty() {
                found = decoder.decode(&mut bytes)?.or(found.take());
            }
            Ok(())
        });
        decoded.unwrap_or_else(|| Err(damaged("a message contradicts itself")))?;
        Ok(found)
    }
}

/// A message as it stands in a file.
struct Framed {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Framed {
    fn message(&self) -> Result<ipc::Message<'_>, ArrowError> {
        ipc::root_as_message(&self.head).map_err(|error| damaged(&error.to_string()))
    }
}

impl<R: BufRead> Iterator for Messages<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let step = self.step();
            self.ended |= step.is_err();
            if let Some(found) = step.transpose() {
                return Some(found);
            }
        }
        None
    }
}

/// Fails where a buffer lies outside of the body, or claims to unpack into more than anybody wrote.
fn check(message: &ipc::Message<'_>, body: &[u8]) -> Result<(), ArrowError> {
    let batch = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => {
            let dictionary = message.header_as_dictionary_batch();
            Some(
                dictionary
                    .and_then(|dictionary| dictionary.data())
                    .ok_or_else(|| damaged("an empty dictionary"))?,
            )
        }
        _ => None,
    };
    let Some(batch) = batch else { return Ok(()) };
    let codec = batch.compression().map(|compression| compression.codec());
    let mut all = 0_u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let start = usize::try_from(buffer.offset()).ok();
        let length = usize::try_from(buffer.length()).ok();
        let inside = start
            .zip(length)
            .and_then(|(start, length)| body.get(start..start.checked_add(length)?));
        let inside = inside.ok_or_else(|| damaged("a column lies outside of its message"))?;
        let unpacked = inside.first_chunk().map(|bytes| i64::from_le_bytes(*bytes));
        let (Some(codec), Some(unpacked)) = (codec, unpacked) else {
            continue;
        };
        if unpacked > UNPACKED_BYTES_MAX {
            return Err(damaged("a column unpacks into more than 4 GiB"));
        }
        // Less than 0 says that it is not packed at all.
        let Ok(unpacked) = u64::try_from(unpacked) else {
            continue;
        };
        all = all.saturating_add(unpacked);
        hold(all)?;
        if unpacks_into_more(codec, &inside[8..], unpacked) {
            return Err(damaged("a column unpacks into more than it says"));
        }
    }
    Ok(())
}

/// Fails where a batch of so many bytes is more than a thread may hold.
fn hold(bytes: u64) -> Result<(), ArrowError> {
    let held = memory::hold("an Arrow file", "batches", bytes);
    held.map_err(|error| ArrowError::ExternalError(error.into()))
}

/// What is damaged in other ways is for its reader.
fn unpacks_into_more(codec: CompressionType, packed: &[u8], most: u64) -> bool {
    match codec {
        CompressionType::LZ4_FRAME => is_longer(lz4_flex::frame::FrameDecoder::new(packed), most),
        _ => zstd::Decoder::with_buffer(packed).is_ok_and(|unpacked| is_longer(unpacked, most)),
    }
}

fn damaged(why: &str) -> ArrowError {
    ArrowError::IpcError(format!("the file is damaged: {why}"))
}

fn cut(error: std::io::Error) -> ArrowError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => damaged("it is cut off"),
        _ => error.into(),
    }
}
