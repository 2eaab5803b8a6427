package hold

import (
	"fmt"
	"math"
	"slices"
)

const (
	// spareDescriptors is how many descriptors a process needs beside its connections.
	spareDescriptors = 64

	// MostProcesses is how many processes there are on each side, at most.
	MostProcesses = 32

	// mostAtOnce is how many connections all clients together open at a time, at most. A
	// connection is open when the server has answered on it: so no more than these wait
	// for an accept, and the queue of the listener never overflows. When it does, the
	// system drops the attempt, and the client tries again after 1, 3 and 7 seconds.
	mostAtOnce = 256

	// connectionMemory is how many bytes a connection takes at the most: 8,000 to 10,000
	// in the kernel, for both ends, and 4,000 at the server with its task on a coroutine.
	connectionMemory = 16 << 10

	// processMemory is how many bytes a process takes without connections.
	processMemory = 16 << 20
)

// A plan says how connections are held.
type plan struct {
	connections int
	servers     int // processes
	clients     int // processes
	addresses   int // that the clients connect from
	atOnce      int // connections that each client opens at a time
	workers     int // of each process
}

// makePlan returns how as many of the wanted connections as possible are held, and what
// stands in the way of the others: the first obstacle is that which leaves the fewest.
// processes is how many there are on each side, or 0 for as few as can have the
// descriptors. Without any connection that is possible the plan is empty.
func makePlan(wanted, processes int, l *limits) (plan, []obstacle) {
	n := int64(wanted)
	var found []obstacle
	for _, limit := range []limitOf{
		descriptorsAllow, filesAllow, watchesAllow, portsAllow, memoryAllows, firewallAllows,
	} {
		possible, advice := limit(n, processes, l)
		if possible < n {
			found = append(found, obstacle{possible: int(max(possible, 0)), advice: advice})
		}
	}
	slices.SortStableFunc(found, func(a, b obstacle) int { return a.possible - b.possible })
	if len(found) > 0 {
		n = int64(found[0].possible)
	}
	if n == 0 {
		return plan{}, found
	}
	p := plan{connections: int(n), servers: processes, clients: processes}
	if processes == 0 {
		room := roomOf(l)
		p.clients = int(divideUp(n, room))
		for p.servers = 1; mostShared(room, p.servers) < n; p.servers++ {
		}
	}
	if !l.shared {
		p.servers = 1
	}
	p.clients = min(p.clients, p.connections)
	p.addresses = int(min(divideUp(n, quickPorts(l)), l.addresses))
	p.atOnce = atOnce(p.clients, l)
	p.workers = max(l.processors/p.servers, 1)
	return p, found
}

// notes say what makes it slower than it could be, and what to do about it.
func (p *plan) notes(l *limits) (notes []string) {
	if all := p.atOnce * p.clients; all < mostAtOnce && l.backlog > 0 && l.backlog < 2*mostAtOnce {
		remedy := fmt.Sprintf("sysctl -w net.core.somaxconn=%d", 2*mostAtOnce)
		if l.system != "linux" {
			remedy = fmt.Sprintf("sudo sysctl -w kern.ipc.somaxconn=%d", 2*mostAtOnce)
		}
		notes = append(notes, fmt.Sprintf("%d connections can wait for an accept, so they open %d at a time; raise it with %q", l.backlog, all, remedy))
	}
	if int64(p.connections) > int64(p.addresses)*quickPorts(l) {
		notes = append(notes, "more than half of the ports are needed: the last connections open slowly")
	}
	return notes
}

// share returns how many connections the i-th client holds, and the number of the first.
func (p *plan) share(i int) (first, count int) {
	first = i * p.connections / p.clients
	return first, (i+1)*p.connections/p.clients - first
}

// roomOf returns how many connections fit into one process.
func roomOf(l *limits) int64 {
	if l.descriptors == 0 {
		return math.MaxInt32
	}
	return max(l.descriptors-spareDescriptors, 0)
}

// mostShared returns how many connections so many servers can hold on one port, each of
// them room. The system chooses the server of each connection by a hash: of n, each gets
// n/servers more or less, and five times the square root of that more hardly ever.
func mostShared(room int64, servers int) int64 {
	if servers == 1 {
		return room
	}
	root := (math.Sqrt(25+4*float64(room)) - 5) / 2
	return int64(root*root) * int64(servers)
}

// descriptorsFor returns how many descriptors each of so many servers needs, to hold n
// connections: mostShared the other way round.
func descriptorsFor(n int64, servers int) int64 {
	each := divideUp(n, int64(servers))
	if servers > 1 {
		each += int64(5*math.Sqrt(float64(each))) + 2
	}
	return each + spareDescriptors
}

// quickPorts returns how many connections from one address open quickly. Linux gives them
// every second port first; when these are used up, each further connect looks at all of
// them before it takes one of the others, which lasts some 20 ms. Other programs need ports
// too.
func quickPorts(l *limits) int64 { return max(l.ports()*9/20, 1) }

// usablePorts returns how many connections can start from one address.
func usablePorts(l *limits) int64 { return max(l.ports()*9/10, 1) }

// atOnce returns how many connections each of the clients opens at a time: half of what
// may wait for an accept, and no more than mostAtOnce, of all together.
func atOnce(clients int, l *limits) int {
	all := int64(mostAtOnce)
	if l.backlog > 0 {
		all = min(all, l.backlog/2)
	}
	return int(max(all/int64(clients), 1))
}

func divideUp(a, b int64) int64 { return (a + b - 1) / b }
