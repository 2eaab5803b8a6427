// Package sink builds sinks out of sinks, of functions, and of Go channels.
//
// A sink ([edo.Sink]) takes values, for which it may not have room yet. The sender of a channel
// is one (Sink of mpsc.Sender), and so is a connection behind a codec. Package stream feeds
// them: stream.Send gives one value, stream.SendAll those of a stream, and stream.Forward closes
// the sink behind them.
//
//	logs := sink.With(sink.Buffer(file, 16), encode)
//	err := stream.Forward(task, sink.Fanout(logs, metrics), events)
//
// # Back-pressure
//
// A sink of this package has room when the sinks below it have. So [Fanout] is as slow as its
// slowest sink, and [Buffer] is ahead of its sink by its number of values. PollFlush is ready
// when everything that was taken has been handed on, by all of them.
//
// # Ownership
//
// A sink owns the sinks that it is made from: its PollClose closes them, and its Drop drops them
// and the values that it holds. A value that was accepted belongs to the sink. One task at a time
// uses a sink.
//
// # Cost
//
// A sink is one allocation, a value none.
//
// # When not to use it
//
// Values that several tasks send belong into a channel: its senders are sinks that can be cloned.
package sink
