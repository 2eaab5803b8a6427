package hold

import (
	"strings"
	"testing"
)

// roomy are limits that let a hundred thousand connections be had.
func roomy() *limits {
	return &limits{
		system: "linux", descriptors: 20_000, ceiling: 1 << 20, files: 2_000_000, filesOpen: 1000,
		firstPort: 32768, lastPort: 60999, addresses: 254, shared: true,
		backlog: 4096, trackable: 262_144, watches: 5_000_000, memory: 24 << 30, processors: 4,
	}
}

func TestThePlanFollowsFromTheLimits(t *testing.T) {
	for name, c := range map[string]struct {
		wanted, processes int
		change            func(l *limits)
		want              plan
	}{
		"several processes for the descriptors": {100_000, 0, func(l *limits) {},
			plan{connections: 100_000, servers: 6, clients: 6, addresses: 8, atOnce: 42, workers: 1}},
		"one of each when the descriptors suffice": {100_000, 0, func(l *limits) { l.descriptors = 1 << 20 },
			plan{connections: 100_000, servers: 1, clients: 1, addresses: 8, atOnce: 256, workers: 4}},
		"no limit of descriptors": {100_000, 0, func(l *limits) { l.descriptors = 0 },
			plan{connections: 100_000, servers: 1, clients: 1, addresses: 8, atOnce: 256, workers: 4}},
		"servers have room for an uneven share": {19_936 * 2, 0, func(l *limits) {},
			plan{connections: 19_936 * 2, servers: 3, clients: 2, addresses: 4, atOnce: 128, workers: 1}},
		"as many processes as the user says": {3000, 3, func(l *limits) {},
			plan{connections: 3000, servers: 3, clients: 3, addresses: 1, atOnce: 85, workers: 1}},
		"no client without a connection": {2, 4, func(l *limits) {},
			plan{connections: 2, servers: 4, clients: 2, addresses: 1, atOnce: 128, workers: 1}},
		"a short queue slows the opening down": {30_000, 0, func(l *limits) { l.backlog = 128 },
			plan{connections: 30_000, servers: 2, clients: 2, addresses: 3, atOnce: 32, workers: 2}},
		"one server where a port is not shared": {15_000, 4, func(l *limits) { l.shared = false },
			plan{connections: 15_000, servers: 1, clients: 4, addresses: 2, atOnce: 64, workers: 4}},
		"all ports when addresses are few": {20_000, 0, func(l *limits) { l.addresses = 1 },
			plan{connections: 20_000, servers: 2, clients: 2, addresses: 1, atOnce: 128, workers: 2}},
		"more ports, fewer addresses": {100_000, 0, func(l *limits) { l.firstPort, l.lastPort = 1024, 65535 },
			plan{connections: 100_000, servers: 6, clients: 6, addresses: 4, atOnce: 42, workers: 1}},
		"a firewall that tracks nothing": {400_000, 0, func(l *limits) {},
			plan{connections: 400_000, servers: 21, clients: 21, addresses: 32, atOnce: 12, workers: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			l := roomy()
			c.change(l)
			got, found := makePlan(c.wanted, c.processes, l)
			if got != c.want || len(found) > 0 {
				t.Errorf("the plan is\n%+v instead of\n%+v, obstacles %v", got, c.want, found)
			}
		})
	}
}

func TestWhatCannotBeHadIsSaidWithTheRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		processes int
		change    func(l *limits)
		possible  int
		want      string
	}{
		"descriptors": {0, func(l *limits) { l.descriptors = 1024 }, 26_144,
			`a process may have 1,024 descriptors, and 32 server processes must hold the connections; raise it with "ulimit -Hn 3470; ulimit -n 3470"`},
		"a ceiling of the descriptors": {0, func(l *limits) { l.descriptors, l.ceiling = 1024, 2048 }, 26_144,
			`after "sysctl -w fs.nr_open=3470"`},
		"too few processes": {2, func(l *limits) {}, 38_484, `or leave out --processes`},
		"one process":       {1, func(l *limits) {}, 19_936, `one server process must hold the connections`},
		"darwin's descriptors": {0, func(l *limits) { l.system, l.shared = "darwin", false }, 19_936,
			`one server process, because only Linux shares a port evenly among several, must hold the connections; raise it with "sudo sysctl -w kern.maxfilesperproc=100064; ulimit -n 100064"`},
		"the files of the system": {0, func(l *limits) { l.files, l.filesOpen = 150_000, 10_000 }, 69_500,
			`"sysctl -w fs.file-max=211000"`},
		"epoll": {0, func(l *limits) { l.watches = 101_000 }, 50_000, `"sysctl -w fs.epoll.max_user_watches=201000"`},
		"ports": {0, func(l *limits) { l.addresses = 2 }, 50_816,
			`2 loopback addresses can be connected from, with the ports 32768 to 60999; get more ports with "sysctl -w net.ipv4.ip_local_port_range='1024 65535'"`},
		"ports of one address on darwin": {0, func(l *limits) {
			l.system, l.addresses, l.firstPort, l.lastPort, l.descriptors = "darwin", 1, 49152, 65535, 200_000
		}, 14_745, `only one loopback address can be connected from, with the ports 49152 to 65535; get 6 more addresses with "for i in $(seq 2 7); do sudo ifconfig lo0 alias 127.0.0.$i up; done"`},
		"ports on windows": {0, func(l *limits) { l.system, l.addresses = "windows", 1 }, 25_408, `netsh int ipv4 set dynamicport tcp`},
		"ports elsewhere":  {0, func(l *limits) { l.system, l.addresses = "freebsd", 1 }, 25_408, `127.0.0.2 to 127.0.0.4`},
		"memory":           {0, func(l *limits) { l.memory = 1 << 30 }, 61_440, `the system has 1073.7 MB free, and 1705.5 MB are needed`},
		"memory of the control group": {0, func(l *limits) { l.group = 512 << 20 }, 28_672,
			`the control group has 536.9 MB free, and 1705.5 MB are needed, most of them by the kernel; give it more with memory.max`},
		"the firewall":   {0, func(l *limits) { l.tracked, l.trackable = 500, 65_536 }, 64_036, `"sysctl -w net.netfilter.nf_conntrack_max=101500"`},
		"nothing at all": {0, func(l *limits) { l.descriptors = 60 }, 0, `a process may have 60 descriptors`},
	} {
		t.Run(name, func(t *testing.T) {
			l := roomy()
			c.change(l)
			p, found := makePlan(100_000, c.processes, l)
			if len(found) != 1 || found[0].possible != c.possible || p.connections != c.possible {
				t.Fatalf("%d connections instead of %d, for %v", p.connections, c.possible, found)
			}
			if text := explain(100_000, found); !strings.Contains(text, c.want) || !strings.HasPrefix(text, "100,000 connections cannot be had here\n  ") {
				t.Errorf("%q is not in: %s", c.want, text)
			}
		})
	}
}

func TestADescriptorLimitAsAdvisedSuffices(t *testing.T) {
	for _, wanted := range []int64{2, 100, 10_001, 65_536, 100_000, 999_999} {
		for _, servers := range []int{1, 2, 3, 7, MostProcesses} {
			l := roomy()
			l.descriptors = descriptorsFor(wanted, servers)
			if most := mostShared(roomOf(l), servers); most < wanted {
				t.Errorf("%d servers of %d descriptors hold %d of %d connections", servers, l.descriptors, most, wanted)
			}
		}
	}
}

func TestTheWorstObstacleComesFirstAndDecides(t *testing.T) {
	l := roomy()
	l.memory, l.watches, l.files = 2<<30, 41_000, 141_000
	p, found := makePlan(200_000, 0, l)
	var possible []int
	for _, o := range found {
		possible = append(possible, o.possible)
	}
	if len(found) != 3 || possible[0] != 20_000 || possible[1] != 69_500 || p.connections != 20_000 {
		t.Errorf("%d connections, obstacles %v", p.connections, possible)
	}
	if again, found := makePlan(p.connections, 0, l); again != p || len(found) > 0 {
		t.Errorf("what can be had cannot be had: %+v, %v", again, found)
	}
}

func TestEveryPlanCanBeCarriedOut(t *testing.T) {
	for _, descriptors := range []int64{70, 100, 256, 1024, 4096, 20_000, 1 << 20, 0} {
		for _, addresses := range []int64{1, 3, 254} {
			for _, wanted := range []int{1, 2, 100, 10_001, 100_000, 1_000_000} {
				for _, processes := range []int{0, 1, 2, MostProcesses} {
					l := roomy()
					l.descriptors, l.addresses = descriptors, addresses
					p, found := makePlan(wanted, processes, l)
					if p.connections == 0 {
						if len(found) == 0 {
							t.Errorf("nothing is planned, and nothing is in the way: %+v", l)
						}
						continue
					}
					sum, next := 0, 0
					for i := range p.clients {
						first, n := p.share(i)
						if first != next || n < 1 || int64(n) > roomOf(l) {
							t.Errorf("client %d has %d connections from %d on: %+v", i, n, first, p)
						}
						next = first + n
						sum += n
					}
					if sum != p.connections || sum > wanted || p.servers > MostProcesses || p.clients > MostProcesses ||
						mostShared(roomOf(l), p.servers) < int64(sum) || int64(p.addresses)*usablePorts(l) < int64(sum) ||
						p.atOnce < 1 || p.workers < 1 || (sum < wanted) != (len(found) > 0) {
						t.Errorf("%d with %d descriptors: %+v, %v", wanted, descriptors, p, found)
					}
				}
			}
		}
	}
}

func TestWhatSlowsTheOpeningDownIsSaid(t *testing.T) {
	l := roomy()
	l.backlog, l.addresses = 128, 4
	p, _ := makePlan(100_000, 0, l)
	got := strings.Join(p.notes(l), "\n")
	for _, want := range []string{"128 connections can wait for an accept, so they open 60 at a time", `"sysctl -w net.core.somaxconn=512"`, "more than half of the ports"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in: %s", want, got)
		}
	}
	p, _ = makePlan(100_000, 0, roomy())
	if notes := p.notes(roomy()); notes != nil {
		t.Errorf("there are notes: %v", notes)
	}
}
