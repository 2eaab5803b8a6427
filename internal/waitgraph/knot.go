package waitgraph

import "slices"

// Knots are the tasks of a Graph that can never go on.
type Knots struct {
	// Cores are sets of tasks that block only each other: each wait of their tasks can be
	// ended only by tasks of the same set. So a core is a deadlock by itself, whatever
	// other tasks do, and it has a cycle. The tasks of a core are in the order of their
	// numbers, and the cores in the order of their first tasks.
	Cores [][]int
	// Of is, for each task, the index of the core that it waits for or belongs to; -1: the
	// task can go on.
	Of []int

	reasons reasons
}

// reasons has, for each stuck task, the stuck tasks that prove that it is stuck.
type reasons struct{ after, by []int32 }

func (r *reasons) of(t int32) []int32 { return r.by[r.after[t]:r.after[t+1]] }

// Knots finds the tasks that can never go on. It takes time and memory proportional to the
// size of the graph.
//
// A task is stuck if each of its waits is. The reasons of a wait that needs every task are one
// stuck task, the first; those of another wait are all its tasks. A strongly connected
// component of these reasons without a reason outside of it is a core: it is stuck by itself.
// The components are found by the algorithm of R. E. Tarjan, Depth-First Search and Linear
// Graph Algorithms, SIAM Journal on Computing 1, 1972.
func (g *Graph) Knots() *Knots {
	k := &Knots{Of: make([]int, len(g.tasks))}
	stuck := g.stuck()
	k.reasons = g.reasonsOf(stuck)
	d := search{
		reasons: &k.reasons,
		seen:    make([]int32, len(g.tasks)),
		low:     make([]int32, len(g.tasks)),
		of:      k.Of,
	}
	for t := range k.Of {
		k.Of[t] = -1
	}
	for t, is := range stuck {
		if is && d.seen[t] == 0 {
			d.searchFrom(int32(t))
		}
	}
	k.Cores = d.cores
	k.sortCores()
	return k
}

// reasonsOf returns the reasons of the stuck tasks.
func (g *Graph) reasonsOf(stuck []bool) (r reasons) {
	r.after = make([]int32, len(g.tasks)+1)
	for t := range int32(len(g.tasks)) {
		if stuck[t] {
			from, to := g.waitsOf(t)
			for w := from; w < to; w++ {
				by := g.byOf(w)
				if g.waits[w].every {
					i := slices.IndexFunc(by, func(b int32) bool { return b != Outside && stuck[b] })
					by = by[i : i+1]
				}
				r.by = append(r.by, by...)
			}
		}
		r.after[t+1] = int32(len(r.by))
	}
	return r
}

// search is a depth-first search without recursion: a chain may have a million tasks.
type search struct {
	reasons *reasons
	seen    []int32 // the order in which the search entered the tasks, from 1; 0: not yet
	low     []int32 // the smallest seen that a task reaches in its component
	of      []int   // the core of each task; -1: its component is not complete
	entered int32   // how many tasks the search has entered

	path  []step
	open  []int32 // tasks in components that are not complete
	cores [][]int
}

// step is a task on the path, and how many of its reasons have been followed.
type step struct{ t, next int32 }

func (d *search) enter(t int32) {
	d.entered++
	d.seen[t], d.low[t] = d.entered, d.entered
	d.open = append(d.open, t)
	d.path = append(d.path, step{t: t})
}

// searchFrom visits all tasks that t reaches.
func (d *search) searchFrom(t int32) {
	d.enter(t)
	for len(d.path) != 0 {
		s := &d.path[len(d.path)-1]
		if by := d.reasons.of(s.t); int(s.next) < len(by) {
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
			d.completeComponent(s.t)
		}
		if n := len(d.path); n != 0 {
			up := d.path[n-1].t
			d.low[up] = min(d.low[up], d.low[s.t])
		}
	}
}

// completeComponent completes the component that the search entered at t.
func (d *search) completeComponent(t int32) {
	first := len(d.open) - 1
	for d.open[first] != t {
		first--
	}
	members := d.open[first:]
	core := -1
	for _, m := range members {
		for _, b := range d.reasons.of(m) {
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
	d.open = d.open[:first]
}

// sortCores puts the cores, and the tasks in each, into order.
func (k *Knots) sortCores() {
	order := make([]int, len(k.Cores))
	for i, core := range k.Cores {
		slices.Sort(core)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return k.Cores[a][0] - k.Cores[b][0] })
	cores, newIndex := make([][]int, len(order)), make([]int, len(order))
	for i, from := range order {
		cores[i], newIndex[from] = k.Cores[from], i
	}
	k.Cores = cores
	for t, core := range k.Of {
		if core >= 0 {
			k.Of[t] = newIndex[core]
		}
	}
}

// Cycle returns the shortest cycle of waits that the first task of a core is in: each task
// waits for the next, and the last for the first.
func (k *Knots) Cycle(core int) []int {
	first := int32(k.Cores[core][0])
	from := map[int32]int32{}
	queue := []int32{first}
	for {
		t := queue[0]
		queue = queue[1:]
		for _, b := range k.reasons.of(t) {
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
