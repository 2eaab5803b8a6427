package cluster

import "github.com/edo-go/edo/cluster/internal/link"

// A Carrier takes along what belongs to a task, such as the span of a trace, to the task that does the work
// elsewhere: in the headers of jobs and of calls of functions. Any number of goroutines call it, and it
// does not wait.
//
// Of package telemetry/tracing it is the Carrier of a Tracer. A Carrier of one's own has two methods:
//
//	// Inject has set called for each header that takes along what the values of ctx say.
//	Inject(ctx context.Context, set func(key, value string))
//	// Extract returns the options of the task that works on a message with the headers.
//	Extract(get func(key string) string) []edo.SpawnOption
//
// ctx has the values of the task, see [edo.ValuesOf] and [edo.Context.Values]. Keys that begin with
// "Nats-" or "Edo-" are left out. What comes in headers was written by another program.
type Carrier = link.Carrier

// SetCarrier makes carrier take along what belongs to the tasks that publish jobs and call functions by
// c, and to those that do so here for others. nil, as at first: nothing is taken along. Call it before c is
// used: what is on its way goes as it is.
func (c *Conn) SetCarrier(carrier Carrier) { c.in().SetCarrier(carrier) }
