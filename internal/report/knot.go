package report

import "slices"

// Knots are the tasks of a Graph that can never go on.
type Knots struct {
	// Cores are sets of tasks that are stuck because of each other alone: each wait of
	// each of them can be ended only by others of its set. So such a set is a deadlock by
	// itself, whatever other tasks do, and it has a cycle. The tasks of each are in the
	// order of their numbers, and the sets in that of their first tasks.
	Cores [][]int
	// Of is, for each task, the index of a core that it waits for or is part of; -1: it
	// can go on.
	Of []int

	why why
}

// why says, for each stuck task, which tasks it takes to see that it is.
type why struct{ after, by []int32 }

func (y *why) of(t int32) []int32 { return y.by[y.after[t]:y.after[t+1]] }

// Knots finds the tasks that can never go on. It takes time and memory proportional to the
// size of the graph.
//
// A task is stuck if each of its waits is: for one that every task of it must end, one
// stuck task is reason enough, and the first is taken; for another, all its tasks are. A
// strongly connected component of these reasons that no reason leads out of is a core: it
// is stuck by itself. The components are found as R. E. Tarjan does, Depth-First Search
// and Linear Graph Algorithms, SIAM Journal on Computing 1, 1972.
func (g *Graph) Knots() *Knots {
	k := &Knots{Of: make([]int, len(g.tasks))}
	stuck := g.stuck()
	k.why = g.reasons(stuck)
	d := search{
		why:  &k.why,
		seen: make([]int32, len(g.tasks)),
		low:  make([]int32, len(g.tasks)),
		of:   k.Of,
	}
	for t := range k.Of {
		k.Of[t] = -1
	}
	for t, is := range stuck {
		if is && d.seen[t] == 0 {
			d.from(int32(t))
		}
	}
	k.Cores = d.cores
	k.sort()
	return k
}

// reasons returns why the stuck tasks are.
func (g *Graph) reasons(stuck []bool) (y why) {
	y.after = make([]int32, len(g.tasks)+1)
	for t := range int32(len(g.tasks)) {
		if stuck[t] {
			from, to := g.waitsOf(t)
			for w := from; w < to; w++ {
				by := g.byOf(w)
				if g.waits[w].every {
					i := slices.IndexFunc(by, func(b int32) bool { return b != Outside && stuck[b] })
					by = by[i : i+1]
				}
				y.by = append(y.by, by...)
			}
		}
		y.after[t+1] = int32(len(y.by))
	}
	return y
}

// search is a depth-first search without recursion: a chain may have a million tasks.
type search struct {
	why  *why
	seen []int32 // when a task was come to, from 1; 0: not yet
	low  []int32 // the earliest that it leads to, in its component
	of   []int   // the core; -1: its component is not complete
	now  int32

	path  []step
	open  []int32 // tasks whose component is not complete
	cores [][]int
}

// step is a task on the path, and how many of its reasons have been followed.
type step struct{ t, next int32 }

func (d *search) enter(t int32) {
	d.now++
	d.seen[t], d.low[t] = d.now, d.now
	d.open = append(d.open, t)
	d.path = append(d.path, step{t: t})
}

func (d *search) from(t int32) {
	d.enter(t)
	for len(d.path) != 0 {
		s := &d.path[len(d.path)-1]
		if by := d.why.of(s.t); int(s.next) < len(by) {
			b := by[s.next]
			s.next++
			switch {
			case d.seen[b] == 0:
				d.enter(b)
			case d.of[b] < 0: // open
				d.low[s.t] = min(d.low[s.t], d.seen[b])
			}
			continue
		}
		d.path = d.path[:len(d.path)-1]
		if d.low[s.t] == d.seen[s.t] {
			d.close(s.t)
		}
		if n := len(d.path); n != 0 {
			up := d.path[n-1].t
			d.low[up] = min(d.low[up], d.low[s.t])
		}
	}
}

// close completes the component of which t was the first.
func (d *search) close(t int32) {
	at := len(d.open) - 1
	for d.open[at] != t {
		at--
	}
	members := d.open[at:]
	core := -1
	for _, m := range members {
		for _, b := range d.why.of(m) {
			if core < 0 {
				core = d.of[b] // of another component; -1: of this one
			}
		}
	}
	if core < 0 {
		core = len(d.cores)
		all := make([]int, len(members))
		for i, m := range members {
			all[i] = int(m)
		}
		d.cores = append(d.cores, all)
	}
	for _, m := range members {
		d.of[m] = core
	}
	d.open = d.open[:at]
}

// sort brings the cores into order.
func (k *Knots) sort() {
	order := make([]int, len(k.Cores))
	for i, core := range k.Cores {
		slices.Sort(core)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return k.Cores[a][0] - k.Cores[b][0] })
	cores, place := make([][]int, len(order)), make([]int, len(order))
	for i, from := range order {
		cores[i], place[from] = k.Cores[from], i
	}
	k.Cores = cores
	for t, core := range k.Of {
		if core >= 0 {
			k.Of[t] = place[core]
		}
	}
}

// Cycle returns a cycle of waits in a core, the shortest that its first task is in: each
// task waits for the next, and the last for the first.
func (k *Knots) Cycle(core int) []int {
	first := int32(k.Cores[core][0])
	from := map[int32]int32{}
	queue := []int32{first}
	for {
		t := queue[0]
		queue = queue[1:]
		for _, b := range k.why.of(t) {
			if b == first {
				cycle := []int{int(t)}
				for t != first {
					t = from[t]
					cycle = append(cycle, int(t))
				}
				slices.Reverse(cycle)
				return cycle
			}
			if _, ok := from[b]; !ok {
				from[b] = t
				queue = append(queue, b)
			}
		}
	}
}
