// Package codec turns a connection into a stream of frames.
//
// A [Codec] says where a frame ends and how one is written. [Framed] is a
// connection with a codec: an [edo.Stream] of the frames that come in and an
// [edo.Sink] of those that go out, with direct style beside them:
//
//	framed := codec.NewFramed(conn, &codec.LengthDelimited{})
//	for {
//		frame, err := framed.Recv(task)
//		if err != nil {
//			return err // io.EOF at the end
//		}
//		if err := framed.Send(task, frame); err != nil {
//			return err
//		}
//	}
//
// The codecs are
//
//	LengthDelimited   []byte, after its length
//	Lines             string, a line of text
//	JSONLines[T]      T, as JSON on a line
//	AnyDelimiter      []byte, up to one of several bytes
//	Bytes             []byte, in the pieces that come
//
// Writing a codec takes two methods, on a [Buffer]. [Pair] is a decoder and an encoder of
// different codecs. [FramedRead] and [FramedWrite] are one direction alone. [Framed.Parts]
// takes a Framed apart, with the bytes in its buffers, to go on with another codec.
//
// # Errors
//
// A stream of frames returns an error, then one End, and then continues: with the next line
// after [ErrTooLong], [ErrNotText] and [ErrNotJSON] of the codecs of lines, and with more
// bytes after an error of the connection. So a loop to the end stops at the first error. A
// server that continues takes the first [io.EOF] after an error for that End, as in the
// example of [Lines]. In a select the End ends the branch, with [edo.ErrClosed].
//
// LengthDelimited does not find the next frame after a bad length: the stream returns the
// same error again, and the connection is of no more use.
//
// # Limits
//
// Each codec has a largest length of a frame, by default 64 KiB for Lines and AnyDelimiter,
// 1 MiB for JSONLines and 8 MiB for LengthDelimited. A Framed holds at most that much input
// and the end of a line, or one chunk of 16 KiB. A frame that is announced and not sent gets
// memory only as it arrives.
//
// Each frame, and each KiB of input that is discarded, takes from the budget of the poll. So
// a peer that sends millions of empty lines, or one line without an end, does not delay other
// tasks. A codec whose frames are more work than their bytes tell does that in parts: see
// [Buffer.Charge].
//
// # What it costs
//
// An idle Framed is 96 bytes and its codec, of 24 to 56: the buffers come from a pool and go
// back as soon as they are empty. A FramedRead and a FramedWrite are 64 bytes each.
//
// A frame that is received is one allocation, and belongs to the receiver. Sending copies the
// frame once and allocates nothing, unless it is longer than 16 KiB; JSONLines allocates the
// line as well. Each step takes an uncontended lock, some 15 ns, so that tasks that use a
// Framed at the same time get an error and no broken frame.
//
// # When not to use it
//
// Frames that are too large to be held whole in memory should be read and written with
// package aio.
package codec
