package lower

import (
	"go/ast"
	"go/types"
)

// A stepForm is the step form of a function that is called: it goes as far as it can, and says
// whether the call is done.
type stepForm struct {
	name    string
	state   bool // it takes a *edo.Step after the Task
	ofTask  bool // it is a method of the Task
	direct  *types.Signature
	sig     *types.Signature
	waiting map[int]bool // parameters of the direct form that are functions which wait: step functions in the step form
	futures map[int]bool // those for which the step form takes an edo.Future
	first   int          // the parameter of sig that stands for the first of direct, after the Task
}

// stepForm returns the step form of the function fn that n calls, or nil if there is none with
// that name which fits it. For a range the results are done, more, and the values.
func (u *unit) stepForm(n *ast.CallExpr, fn *types.Func, ident *ast.Ident, name string) *stepForm {
	direct, ok := u.p.Info.TypeOf(n.Fun).Underlying().(*types.Signature)
	if !ok {
		return nil
	}
	sig := u.lookupStep(n, fn, ident, name)
	if sig == nil {
		return nil
	}
	s := &stepForm{name: name, direct: direct, sig: sig, waiting: map[int]bool{}, futures: map[int]bool{}}
	params := sig.Params()
	at := 0
	s.ofTask = fn.Signature().Recv() != nil && isTask(fn.Signature().Recv().Type())
	begin := 0
	if !s.ofTask {
		if params.Len() == 0 || !isTask(params.At(0).Type()) || direct.Params().Len() == 0 {
			return nil
		}
		if first := direct.Params().At(0).Type(); !isTask(first) && !isSpawner(first) {
			return nil
		}
		at, begin = 1, 1
	}
	if at < params.Len() && isStep(params.At(at).Type()) && !isStepAt(direct, begin) {
		s.state = true
		at++
	}
	s.first = at
	if params.Len()-at != direct.Params().Len()-begin || sig.Variadic() != direct.Variadic() {
		return nil
	}
	for i := begin; i < direct.Params().Len(); i++ {
		have, want := params.At(at+i-begin).Type(), direct.Params().At(i).Type()
		switch {
		case types.Identical(have, want):
		case isStepFunction(have, want):
			s.waiting[i] = true
		case isFutureOf(have, want, sig.Variadic() && i == direct.Params().Len()-1):
			s.futures[i] = true
		default:
			return nil
		}
	}
	return s
}

func isStepAt(sig *types.Signature, i int) bool {
	return i < sig.Params().Len() && isStep(sig.Params().At(i).Type())
}

// fits reports whether the results of the step form are leading flags and the given results.
func (s *stepForm) fits(flags int, results []types.Type) bool {
	have := s.sig.Results()
	if have.Len() != flags+len(results) {
		return false
	}
	for i := range have.Len() {
		t := have.At(i).Type()
		if i < flags {
			if b, ok := t.Underlying().(*types.Basic); !ok || b.Kind() != types.Bool {
				return false
			}
		} else if !types.Identical(t, results[i-flags]) {
			return false
		}
	}
	return true
}

// lookupStep finds the signature of the step form, as the call instantiates it.
func (u *unit) lookupStep(n *ast.CallExpr, fn *types.Func, ident *ast.Ident, name string) *types.Signature {
	if fn.Signature().Recv() != nil {
		sel := u.p.Info.Selections[ast.Unparen(n.Fun).(*ast.SelectorExpr)]
		obj, _, _ := types.LookupFieldOrMethod(sel.Recv(), true, fn.Pkg(), name)
		step, ok := obj.(*types.Func)
		if !ok {
			return nil
		}
		return step.Signature()
	}
	step, ok := fn.Pkg().Scope().Lookup(name).(*types.Func)
	if !ok || step.Signature().TypeParams().Len() != fn.Signature().TypeParams().Len() {
		return nil
	}
	sig := step.Signature()
	if sig.TypeParams().Len() == 0 {
		return sig
	}
	instance, ok := u.p.Info.Instances[ident]
	if !ok || instance.TypeArgs.Len() != sig.TypeParams().Len() {
		return nil
	}
	t, err := types.Instantiate(nil, sig, typeList(instance.TypeArgs), false)
	if err != nil {
		return nil
	}
	sig, _ = t.(*types.Signature)
	return sig
}

// isStepFunction reports whether step is the type of a step function for functions of type
// direct: func(task, st, the parameters of direct) (done bool, the results of direct).
func isStepFunction(step, direct types.Type) bool {
	s, ok := step.Underlying().(*types.Signature)
	if !ok {
		return false
	}
	d, ok := direct.Underlying().(*types.Signature)
	if !ok || s.Variadic() || d.Variadic() {
		return false
	}
	begin := 0
	if d.Params().Len() > 0 && isTask(d.Params().At(0).Type()) {
		begin = 1
	}
	if s.Params().Len() != 2+d.Params().Len()-begin || !isTask(s.Params().At(0).Type()) || !isStep(s.Params().At(1).Type()) {
		return false
	}
	for i := begin; i < d.Params().Len(); i++ {
		if !types.Identical(s.Params().At(2+i-begin).Type(), d.Params().At(i).Type()) {
			return false
		}
	}
	if s.Results().Len() != 1+d.Results().Len() || !types.Identical(s.Results().At(0).Type(), types.Typ[types.Bool]) {
		return false
	}
	for i := range d.Results().Len() {
		if !types.Identical(s.Results().At(1+i).Type(), d.Results().At(i).Type()) {
			return false
		}
	}
	return true
}

// isFutureOf reports whether step is the type edo.Future[T] and direct is func(task) (T, error), or
// both are slices of these.
func isFutureOf(step, direct types.Type, areSlices bool) bool {
	if areSlices {
		step, direct = step.(*types.Slice).Elem(), direct.(*types.Slice).Elem()
	}
	named, ok := types.Unalias(step).(*types.Named)
	d, isFunc := direct.Underlying().(*types.Signature)
	if !ok || !isFunc || named.Obj().Name() != "Future" || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != edoPath || named.TypeArgs().Len() != 1 {
		return false
	}
	return d.Params().Len() == 1 && isTask(d.Params().At(0).Type()) && d.Results().Len() == 2 &&
		types.Identical(d.Results().At(0).Type(), named.TypeArgs().At(0)) && types.Identical(d.Results().At(1).Type(), types.Universe.Lookup("error").Type())
}

// resultTypes are the types of the results of a signature.
func resultTypes(sig *types.Signature) (ts []types.Type) {
	for v := range sig.Results().Variables() {
		ts = append(ts, v.Type())
	}
	return ts
}
