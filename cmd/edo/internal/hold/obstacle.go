package hold

import (
	"fmt"
	"strings"

	"github.com/edo-go/edo/cmd/edo/internal/figures"
)

// An obstacle is a limit of the system that is too low for the connections that are wanted.
type obstacle struct {
	possible int    // how many connections it leaves
	advice   string // what it is, and what to do about it
}

func (o obstacle) String() string {
	return fmt.Sprintf("%s of them are possible: %s", count(int64(o.possible)), o.advice)
}

// A limitOf returns how many of n connections a limit leaves, and when it leaves fewer
// than n, what to do about it. processes are those of each side, and 0 if they are as many
// as are needed.
type limitOf func(n int64, processes int, l *limits) (possible int64, advice string)

// descriptorsAllow is about the descriptors of a process. More processes have more of them,
// on both sides, where several servers can share a port.
func descriptorsAllow(n int64, processes int, l *limits) (int64, string) {
	room, servers := roomOf(l), MostProcesses
	if processes > 0 {
		servers = processes
	}
	if !l.shared {
		servers = 1
	}
	// The clients share evenly, and so are never those that have too few.
	possible := mostShared(room, servers)
	if possible >= n {
		return n, ""
	}
	each := descriptorsFor(n, servers)
	advice := fmt.Sprintf("a process may have %s descriptors, and %s hold the connections; raise it with \"ulimit -Hn %d; ulimit -n %d\" in a shell of root, or with LimitNOFILE or /etc/security/limits.conf",
		count(l.descriptors), serversText(servers, l), each, each)
	switch {
	case l.system == "darwin":
		advice = fmt.Sprintf("a process may have %s descriptors, and %s hold the connections; raise it with \"sudo sysctl -w kern.maxfilesperproc=%d; ulimit -n %d\"",
			count(l.descriptors), serversText(servers, l), each, each)
	case l.ceiling > 0 && each > l.ceiling:
		advice += fmt.Sprintf(", after \"sysctl -w fs.nr_open=%d\"", each)
	}
	if processes > 0 && l.shared && mostShared(room, MostProcesses) >= n {
		advice += ", or leave out --processes"
	}
	return possible, advice
}

func serversText(servers int, l *limits) string {
	switch {
	case !l.shared:
		return "one server process, because only Linux shares a port evenly among several, must"
	case servers == 1:
		return "one server process must"
	}
	return fmt.Sprintf("%d server processes must", servers)
}

// filesAllow is about the open files of the whole system. Each connection has two.
func filesAllow(n int64, _ int, l *limits) (int64, string) {
	const others = 1000 // that may be opened meanwhile
	if need := l.filesOpen + 2*n + others; l.files > 0 && need > l.files {
		return (l.files - l.filesOpen - others) / 2, fmt.Sprintf(
			"the system may have %s open files, and %s are open; raise it with \"sysctl -w fs.file-max=%d\"",
			count(l.files), count(l.filesOpen), need)
	}
	return n, ""
}

// watchesAllow is about the sockets in epoll sets, of a user.
func watchesAllow(n int64, _ int, l *limits) (int64, string) {
	if need := 2*n + 1000; l.watches > 0 && need > l.watches {
		return (l.watches - 1000) / 2, fmt.Sprintf(
			"a user may have %s sockets in epoll sets; raise it with \"sysctl -w fs.epoll.max_user_watches=%d\"",
			count(l.watches), need)
	}
	return n, ""
}

// portsAllow is about the ports that connections start from.
func portsAllow(n int64, _ int, l *limits) (int64, string) {
	ports := usablePorts(l)
	possible := l.addresses * ports
	if possible >= n {
		return n, ""
	}
	addresses := "only one loopback address can be connected from"
	if l.addresses > 1 {
		addresses = fmt.Sprintf("%d loopback addresses can be connected from", l.addresses)
	}
	advice := fmt.Sprintf("%s, with the ports %d to %d; ", addresses, l.firstPort, l.lastPort)
	more := divideUp(n, ports)
	switch l.system {
	case "linux", "android":
		advice += "get more ports with \"sysctl -w net.ipv4.ip_local_port_range='1024 65535'\", and addresses with --listen 127.0.0.1:0"
	case "windows":
		advice += "get more ports with \"netsh int ipv4 set dynamicport tcp start=1025 num=64510\""
	case "darwin":
		advice += fmt.Sprintf("get %d more addresses with \"for i in $(seq 2 %d); do sudo ifconfig lo0 alias 127.0.0.$i up; done\"", more-l.addresses, more)
	default:
		advice += fmt.Sprintf("configure more addresses of the loopback interface, 127.0.0.2 to 127.0.0.%d", more)
	}
	return possible, advice
}

// memoryAllows is about the memory of the machine, and of the control group.
func memoryAllows(n int64, _ int, l *limits) (int64, string) {
	free, what, remedy := l.memory, "the system", "end other programs"
	if l.group > 0 && (free == 0 || l.group < free) {
		free, what, remedy = l.group, "the control group", "give it more with memory.max, or docker run --memory"
	}
	const processes = 4 * processMemory
	if need := n*connectionMemory + processes; free > 0 && need > free {
		return (free - processes) / connectionMemory, fmt.Sprintf(
			"%s has %s free, and %s are needed, most of them by the kernel; %s",
			what, figures.Megabytes(uint64(free)), figures.Megabytes(uint64(need)), remedy)
	}
	return n, ""
}

// firewallAllows is about the connections that the firewall keeps track of. While it knows of
// none it does not track at all: then the limit does not count.
func firewallAllows(n int64, _ int, l *limits) (int64, string) {
	if need := l.tracked + n + 1000; l.tracked > 0 && l.trackable > 0 && need > l.trackable {
		return l.trackable - l.tracked - 1000, fmt.Sprintf(
			"the firewall keeps track of %s connections, and knows of %s; raise it with \"sysctl -w net.netfilter.nf_conntrack_max=%d\"",
			count(l.trackable), count(l.tracked), need)
	}
	return n, ""
}

// explain says what cannot be had, and why.
func explain(wanted int, found []obstacle) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s connections cannot be had here", count(int64(wanted)))
	for _, o := range found {
		fmt.Fprintf(&b, "\n  %v", o)
	}
	return b.String()
}

func count(n int64) string { return figures.Thousands(n) }
