// Package flight keeps what a program did in the seconds before something went wrong. The flight
// recorder of Go (runtime/trace.FlightRecorder) holds the latest window of the execution trace in
// memory; a [Recorder] writes that to a file when tasks stall, when one panics, and when a poll takes
// long:
//
//	rec, err := flight.Start(flight.Config{Dir: "/var/tmp/traces"})
//	if err != nil {
//		return err // the folder cannot be made
//	}
//	defer rec.Close()
//	return edo.Run(program, edo.WithConfig(rec.Watch(edo.Config{})))
//
// The file is read by go tool trace. [Recorder.Watch] sets Config.Regions, so that it shows each task
// and each of its polls by name.
//
// Files are bounded in size and number, and written one at a time, with a pause between: a program
// that panics a thousand times a second writes one a minute. A write that fails is told to
// Config.OnError, and never ends the program.
//
// # When not to use it
//
// A recorder costs a program some percent of its processor time, and the memory of the window. When
// something goes wrong again and again a trace of its own, as by net/http/pprof, has more. In the
// simulator nothing is recorded: a run is replayed instead.
package flight
