package mutant

import "github.com/edo-go/edo/stackless/internal/proof/testbed"

// places are faults in what lies in the frames of callees, and in the variables that stand for literals.
var places = []Fault{
	{"a variable lies in the frame of a call that is under way", testbed.Patch{
		File: lower,
		Old:  "if !w.sharesSlot() || conflicts[w.number].Has(v.number) {",
		New:  "if !w.sharesSlot() || w.room == \"\" && conflicts[w.number].Has(v.number) {",
	}},
	{"a result of a call lies where its argument does", testbed.Patch{
		File: flow,
		Old:  "			if !n.IsAtomic {\n",
		New:  "			if n.IsAtomic {\n",
	}},
	{"a parameter of a function that calls itself lies in the frame of a callee", testbed.Patch{
		File: lower,
		Old:  "if f.frame.isMade || f.frame.isExported && f.u.isDecl(f.node) {",
		New:  "if f.frame.isExported && f.u.isDecl(f.node) {",
	}},
	{"a parameter that other packages set lies in the frame of a callee", testbed.Patch{
		File: lower,
		Old:  "if f.frame.isMade || f.frame.isExported && f.u.isDecl(f.node) {",
		New:  "if f.frame.isMade {",
	}},
	{"the parameters that lie in the frame of a callee are exchanged", testbed.Patch{
		File: lower,
		Old:  "inner, given = append(inner, rest), append(given, values[i])",
		New:  "inner, given = append(inner, rest), append([][]any{values[i]}, given...)",
	}},
	{"a variable in the frame of a callee is kept", testbed.Patch{
		File: lower,
		Old:  "	for _, v := range p.members {\n		if v.room == \"\" {\n			return v\n",
		New:  "	for _, v := range p.members {\n		if v.room == \"\" && p.room == \"\" {\n			return v\n",
	}},
	{"a variable that is written again stands for its literal", testbed.Patch{
		File: lower,
		Old:  "facts.level != nil && !facts.modified && !facts.addressed {",
		New:  "facts.level != nil && !facts.addressed {",
	}},
	{"a variable that is written through a pointer stands for its literal", testbed.Patch{
		File: lower,
		Old:  "facts.level != nil && !facts.modified && !facts.addressed {",
		New:  "facts.level != nil && !facts.modified {",
	}},
	{"a literal captures what has its name where it is spawned", testbed.Patch{
		File: lower,
		Old:  "	_, obj := scope.LookupParent(v.Name(), e.Pos())\n	return obj == v\n",
		New:  "	_, obj := scope.LookupParent(v.Name(), e.Pos())\n	return obj != nil\n",
	}},
	{"a variable of another function stands for its literal", testbed.Patch{
		File: lower,
		Old:  "lit == nil || f == nil || u.facts[v].level != f.node {",
		New:  "lit == nil || f == nil {",
	}},
	{"what a literal captures is forgotten before it is spawned", testbed.Patch{
		File: lower,
		Old:  "				for _, obj := range f.u.capturedBy(fi) {\n					if v := f.vars[obj]; v != nil {\n",
		New:  "				for _, obj := range f.u.capturedBy(fi) {\n					if v := f.vars[obj]; v != nil && v.cell {\n",
	}},
}

// keepers are faults in what functions that are not compiled may do with what they are given.
var keepers = []Fault{
	{"a function that stores its Task is thought to forget it", testbed.Patch{
		File: lower,
		Old:  "	fi.keeps = fi.keeps || len(kept) > 0\n",
		New:  "",
	}},
	{"a function that gives its Task to one that keeps it is thought to forget it", testbed.Patch{
		File: lower,
		Old:  "if !fi.isOld && !fi.keeps && u.givesAway(fi) {",
		New:  "if fi.isOld && !fi.keeps && u.givesAway(fi) {",
	}},
	{"a method that is not known is thought to forget the Task", testbed.Patch{
		File: lower,
		Old:  "recv != nil && types.IsInterface(recv.Type()) {\n		return true\n	}\n	if info := u.declared",
		New:  "recv != nil && types.IsInterface(recv.Type()) {\n		return false\n	}\n	if info := u.declared",
	}},
	{"a literal that is given to the library is thought to forget the Task", testbed.Patch{
		File: lower,
		Old:  "if fi := u.literals[lit]; fi == nil || fi.keeps {\n				return true\n",
		New:  "if fi := u.literals[lit]; fi == nil {\n				return true\n",
	}},
	{"a function that changes its goroutine is compiled", testbed.Patch{
		File: lower,
		Old:  "	u.checkGoroutine(fi)\n",
		New:  "",
	}},
	{"a function that has its goroutine changed by another is compiled", testbed.Patch{
		File: lower,
		Old:  "				u.changers[fn] = true\n				grown = true\n",
		New:  "",
	}},
	{"a function that has its goroutine changed in another package is compiled", testbed.Patch{
		File: lower,
		Old:  " || u.c.changers[funcKey(fn)]\n",
		New:  "\n",
	}},
	{"a function that waits with its Spawner is thought to spawn", testbed.Patch{
		File: lower,
		Old:  "params[v] && !allowed[n] {\n				only = false\n",
		New:  "params[v] && !allowed[n] {\n				only = true\n",
	}},
	{"a function that gives its Spawner to one that waits is thought to spawn", testbed.Patch{
		File: lower,
		Old:  "	if u.spawners[fn.Origin()] {\n		return true\n	}\n	w, known := u.c.waiter(fn)\n	return known && w.onlySpawns",
		New:  "	if len(spawnerParams(fn.Signature())) > 0 {\n		return true\n	}\n	w, known := u.c.waiter(fn)\n	return known && w.onlySpawns",
	}},
}
