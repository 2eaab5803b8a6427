package lower

import "go/types"

// edoPath is the package whose Task makes a function one in direct style.
const edoPath = "github.com/edo-go/edo"

// isEdo reports whether t is the type of package edo with the given name.
func isEdo(t types.Type, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return false
	}
	obj := named.Obj()
	return obj.Name() == name && obj.Pkg() != nil && obj.Pkg().Path() == edoPath
}

// isTask reports whether t is *edo.Task.
func isTask(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	return ok && isEdo(p.Elem(), "Task")
}

// isStep reports whether t is *edo.Step.
func isStep(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	return ok && isEdo(p.Elem(), "Step")
}

func isSpawner(t types.Type) bool { return isEdo(t, "Spawner") }

// taskParam returns the parameter of sig that is a Task, or nil, and how many there are.
func taskParam(sig *types.Signature) (task *types.Var, index, n int) {
	for i := range sig.Params().Len() {
		if v := sig.Params().At(i); isTask(v.Type()) {
			if n == 0 {
				task, index = v, i
			}
			n++
		}
	}
	return task, index, n
}

// takesTask reports whether a function of type t takes a Task, so that it may wait.
func takesTask(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return false
	}
	task, _, _ := taskParam(sig)
	return task != nil
}

// edoPackage finds package edo among p and what it imports.
func edoPackage(p *types.Package) *types.Package {
	seen := map[*types.Package]bool{}
	var find func(p *types.Package) *types.Package
	find = func(p *types.Package) *types.Package {
		if p.Path() == edoPath {
			return p
		}
		if seen[p] {
			return nil
		}
		seen[p] = true
		for _, q := range p.Imports() {
			if found := find(q); found != nil {
				return found
			}
		}
		return nil
	}
	return find(p)
}
