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
// [LengthDelimited] is the codec of frames that begin with their length, [Lines]
// that of lines of text. Writing a codec takes two methods, on a [Buffer].
//
// # What it costs
//
// An idle Framed is 96 bytes and its codec: the buffers come from a pool and
// go back as soon as they are empty. A frame that is received is one allocation,
// and belongs to the receiver. Sending copies the frame once and allocates
// nothing, unless it is longer than 16 KiB. Each step takes an uncontended lock, some 15
// ns, so that tasks that use a Framed at the same time get an error and no broken frame.
//
// # When not to use it
//
// Frames that are too large to be held whole in memory should be read and written with
// package aio.
package codec
