package hold

import (
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
)

// table prints what was measured, and returns the exit status. A run that was ended early has
// fewer rows.
func (h *holder) table() int {
	row := func(what, value, more string) {
		fmt.Fprintln(h.out, strings.TrimRight(fmt.Sprintf("%-19s %14s  %s", what, value, more), " "))
	}
	if h.opened == nil {
		row("connections", figures.Thousands(int64(h.openNow())), fmt.Sprintf("of %s: ended early", figures.Thousands(int64(h.settings.Connections))))
		return command.OK
	}
	status := command.OK
	n := int64(h.plan.connections)
	verdict := "all are open"
	if h.plan.connections < h.settings.Connections {
		verdict, status = "more cannot be had here: see above", command.Failed
	}
	row("connections", figures.Thousands(n), fmt.Sprintf("of %s; %s", figures.Thousands(int64(h.settings.Connections)), verdict))
	row("opening", fmt.Sprintf("%.1f s", h.opening.Seconds()), figures.Thousands(figures.PerSecond(n, h.opening))+" per second")
	if h.overflows > 0 {
		row("queue full", figures.Thousands(h.overflows), "times, on the whole machine: such a client asks again after 1, 3 and 7 seconds")
	}
	h.latencies(row, "first answer", h.opened, "from the connect")

	if h.collected.clients != nil {
		row("memory, server", perConnection(each(h.collected.servers, h.before.servers, n, residentOf)), "a connection, "+h.style())
		row("memory, client", perConnection(each(h.collected.clients, h.before.clients, n, residentOf)), "a connection, without a task")
		if h.kernel > 0 {
			row("memory, kernel", perConnection((h.kernelNow-h.kernel)/n), "a connection, both ends, in slabs of the whole machine")
		}
		row("processor, server", micro(each(h.open.servers, h.before.servers, n, processorOf)), "a connection that opens")
		row("processor, client", micro(each(h.open.clients, h.before.clients, n, processorOf)), "a connection that opens")
	}
	if h.idle.clients != nil {
		used := each(h.idle.servers, h.collected.servers, 1, processorOf)
		row("processor, idle", fmt.Sprintf("%.2f %%", 100*float64(used)/float64(h.idleFor)), "of one, by all servers")
		if held := connections(h.idle.servers); int64(held) != n {
			row("held", figures.Thousands(int64(held)), "NOT ALL, by the servers")
			status = command.Failed
		}
	}
	if h.pinged != nil {
		pings := int64(h.pinged.Took.Count())
		row("pings", figures.Thousands(pings), figures.Thousands(figures.PerSecond(pings, h.pingedFor))+" per second")
		h.latencies(row, "round trip", h.pinged, "")
	}
	if h.checked != nil {
		answered, verdict := int64(h.checked.Took.Count()), "every connection, at the end"
		if answered != n {
			verdict, status = "NOT ALL", command.Failed
		}
		row("answered", figures.Thousands(answered), verdict)
	}
	return status
}

// latencies prints three rows.
func (h *holder) latencies(row func(what, value, more string), what string, t *trips, more string) {
	row(what+" p50", figures.Round(t.Took.Quantile(0.5)).String(), more)
	row(what+" p99", figures.Round(t.Took.Quantile(0.99)).String(), "")
	row(what+" max", figures.Round(t.Most).String(), "")
}

// style says what an idle task of a server waits on.
func (h *holder) style() string {
	bodies := 0
	for _, u := range h.collected.servers {
		bodies += u.Bodies
	}
	if bodies < h.plan.connections {
		return "its task in a frame"
	}
	return "its task on a coroutine; built by \"edo run\" or \"edo build\" it is in a frame"
}

func perConnection(n int64) string { return figures.Thousands(n) + " B" }

func micro(ns int64) string { return fmt.Sprintf("%.1f µs", float64(ns)/float64(time.Microsecond)) }
