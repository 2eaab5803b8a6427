package main

// A median is the median of all rounds, with the lowest and the highest value.
type median struct{ value, low, high float64 }

// medianOf returns the median of a figure of v, and whether it was measured.
func (c *comparison) medianOf(w workload, v variant, f figure) (median, bool) {
	rs := c.of(w, v)
	if len(rs) == 0 {
		return median{}, false
	}
	value, low, high := spread(rs, f.of)
	return median{value, low, high}, high > 0 || f.key == "allocs"
}

// best returns the best median of the variants for which pick returns true.
func (c *comparison) best(w workload, f figure, pick func(variant) bool) (best median, found bool) {
	for _, v := range w.variants {
		if !pick(v) {
			continue
		}
		if m, ok := c.medianOf(w, v, f); ok && (!found || f.better(m.value, best.value)) {
			best, found = m, true
		}
	}
	return best, found
}

// isGo reports whether v is the program that one writes with goroutines. What stands in a row for scale alone, such as a
// plain loop, is not.
func isGo(v variant) bool {
	return v.runtime == "go" && (v.style == "goroutines" || v.style == "net")
}

func isTokio(v variant) bool { return v.member == "tokio" }
func isEdo(v variant) bool   { return v.runtime == "edo" || v.runtime == "edo-ct" }

// isEdoFuture and isEdoDirect report whether v is a style of edo on all its workers.
func isEdoFuture(v variant) bool { return v.runtime == "edo" && v.style == inFutures }
func isEdoDirect(v variant) bool { return v.runtime == "edo" && v.style == inDirect }

// isEdoCompiled reports whether v is the compiled program.
func isEdoCompiled(v variant) bool { return v.style == inCompiled }

// A bar is a ratio, or a value, with the limits that it must reach and aims at.
type bar struct {
	got, must, aim float64
	strict         bool // an equal value does not reach a limit
	higherIsBetter bool
}

func (b bar) reaches(limit float64) bool {
	switch {
	case b.strict:
		return b.higherIsBetter && b.got > limit || !b.higherIsBetter && b.got < limit
	case b.higherIsBetter:
		return b.got >= limit
	}
	return b.got <= limit
}

// A verdict says whether a target was reached.
type verdict struct {
	target
	workload workload
	figure   figure
	edo      median
	measured bool // there is a bar to judge by
	ofGo     *bar // nil: no bar
	ofTokio  *bar
	ofOther  *bar // the runtime of that the target names
	absolute *bar
	must     bool // every bar is reached
	aim      bool // the aim of every bar is reached
}

// judge compares the results with the targets. A target has no bar for a peer that was not
// measured.
func judge(c *comparison) []verdict {
	all := make([]verdict, len(targets))
	for i, t := range targets {
		all[i] = judgeOne(c, t)
	}
	return all
}

// judgeOne compares the results with one target.
func judgeOne(c *comparison, t target) verdict {
	w := workloadNamed(t.workload)
	v := verdict{target: t, workload: w, figure: w.figure(t.figure)}
	f := v.figure
	v.edo, v.measured = c.best(w, f, func(v variant) bool { return v.runtime == "edo" && v.style == t.style })
	if !v.measured {
		return v
	}
	ratio := func(of median, reference float64) *bar {
		b := &bar{got: v.edo.value / of.value, must: t.must, aim: t.aim, strict: t.strict, higherIsBetter: f.higherIsBetter}
		if !t.factor && t.of == "" {
			b.must, b.aim = t.must/reference, t.aim/reference
		}
		return b
	}
	if m, found := c.best(w, f, isGo); found && (t.goes > 0 || t.factor) {
		v.ofGo = ratio(m, t.goes)
	}
	if m, found := c.best(w, f, isTokio); found && (t.tokio > 0 || t.ahead || t.of == "tokio") {
		v.ofTokio = ratio(m, t.tokio)
		if t.ahead {
			v.ofTokio.must, v.ofTokio.aim, v.ofTokio.strict = 1, 1, true
		}
	}
	if m, found := c.best(w, f, func(v variant) bool { return v.runtime == t.of }); found {
		v.ofOther = ratio(m, 0)
	}
	if t.goes == 0 && !t.factor && t.of == "" {
		v.absolute = &bar{got: v.edo.value, must: t.must, aim: t.aim}
	}
	v.measured, v.must, v.aim = false, true, true
	for _, b := range []*bar{v.ofGo, v.ofTokio, v.ofOther, v.absolute} {
		if b != nil {
			v.measured = true
			v.must = v.must && b.reaches(b.must)
			v.aim = v.aim && b.reaches(b.aim)
		}
	}
	return v
}

func workloadNamed(name string) workload {
	for _, w := range workloads {
		if w.name == name {
			return w
		}
	}
	panic("there is no workload " + name)
}

// A loss is a row on which other variants are ahead of edo.
type loss struct {
	workload workload
	figure   figure
	edo      median
	ahead    []rival
}

type rival struct {
	variant
	median
	overlaps bool // the ranges of the rounds overlap: the difference may be chance
}

// losses returns the rows on which a variant that against picks is ahead of the best variant
// that mine picks: the rows of processor time, or all others.
func losses(c *comparison, mine, against func(variant) bool, processor bool) []loss {
	var all []loss
	for _, w := range workloads {
		for _, f := range figuresOf(w) {
			if f.informational || f.processor != processor {
				continue
			}
			edo, found := c.best(w, f, mine)
			if !found {
				continue
			}
			one := loss{workload: w, figure: f, edo: edo}
			for _, v := range w.variants {
				m, ok := c.medianOf(w, v, f)
				if !ok || !against(v) || !f.better(m.value, edo.value) {
					continue
				}
				overlaps := !f.better(m.high, edo.low)
				if f.higherIsBetter {
					overlaps = !f.better(m.low, edo.high)
				}
				one.ahead = append(one.ahead, rival{v, m, overlaps})
			}
			if len(one.ahead) > 0 {
				all = append(all, one)
			}
		}
	}
	return all
}
