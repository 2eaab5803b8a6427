package hold

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/mpsc"
)

// partVariable is the environment variable that makes the program a part.
const partVariable = "EDO_DEMO_PART"

// IsPart reports whether this process is a part: then it calls Part, and nothing else.
func IsPart() bool { return os.Getenv(partVariable) != "" }

// A part is one of the processes that hold the connections.
type part struct {
	orders *mpsc.Receiver[order]
	sender *mpsc.Sender[order] // of orders: the end of the process closes it

	mu  sync.Mutex
	out *json.Encoder
}

// Part is a server or a client, as the first order says, until in ends: then it ends the
// process. When it cannot begin it returns the exit status.
//
// Ctrl-C goes to all processes of a terminal, and a SIGTERM often to all of a service:
// both are the parent's to act upon. When the parent ends, be it killed, the system closes
// its end of the pipe, and the part ends too.
func Part(in io.Reader, out io.Writer) int {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	lines := json.NewDecoder(bufio.NewReader(in))
	var first order
	if err := lines.Decode(&first); err != nil {
		return command.Failed // the parent has ended already
	}
	tx, rx := mpsc.New[order](4)
	p := &part{orders: rx, sender: tx, out: json.NewEncoder(out)}
	go func() {
		p.readOrders(lines)
		os.Exit(command.OK) // the system closes the connections, sooner than their tasks would
	}()
	config := edo.Config{StallAfter: -1} // a client that holds connections has nothing else to wait for
	main := p.client
	if first.Serve != nil {
		config.Workers, main = first.Serve.Workers, p.serve
	} else if first.Open != nil {
		config.Workers = first.Open.Workers
	} else {
		return p.fail(errors.New("the first order is neither to serve nor to open"))
	}
	config.OnError = func(err error) { p.fail(err) }
	err := edo.Run(func(task *edo.Task) error {
		os.Exit(p.fail(main(task, first))) // main ends with an error alone
		return nil
	}, edo.WithConfig(config))
	return p.fail(err)
}

// readOrders passes the orders on. It returns when there are no more: then the parent has
// ended, or wants this process to end.
func (p *part) readOrders(lines *json.Decoder) {
	for {
		var o order
		if lines.Decode(&o) != nil {
			return
		}
		if err := p.sender.TrySend(o); err != nil {
			p.fail(fmt.Errorf("an order that does not wait for its answer: %w", err))
		}
	}
}

// report writes a report.
func (p *part) report(r report) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Encode(r)
}

// fail reports an error, and returns the exit status for it.
func (p *part) fail(err error) int {
	p.report(report{Failed: err.Error()})
	return command.Failed
}
