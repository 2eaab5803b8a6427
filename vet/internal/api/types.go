package api

import (
	"go/types"
	"strings"
)

// Root is the path of the core module and of its root package.
const Root = "github.com/edo-go/edo"

// InEdo reports whether a package belongs to edo, to its core or to another of its modules.
func InEdo(path string) bool { return path == Root || strings.HasPrefix(path, Root+"/") }

// InLibrary reports whether a package belongs to the core of edo, and is no program or example.
func InLibrary(path string) bool {
	path = strings.TrimSuffix(path, "_test")
	if !InEdo(path) {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, Root+"/"), "/")
	switch first {
	case "bench", "cmd", "examples", "stackless", "tools", "vet", "docs":
		return false
	}
	return true
}

// Uses reports whether a package is of edo or imports a package of edo.
func Uses(pkg *types.Package) bool {
	if InEdo(pkg.Path()) {
		return true
	}
	for _, imported := range pkg.Imports() {
		if InEdo(imported.Path()) {
			return true
		}
	}
	return false
}

// Named returns the declared type of t, behind aliases, or nil.
func Named(t types.Type) *types.Named {
	named, _ := types.Unalias(t).(*types.Named)
	return named
}

// Pointee returns the declared type that t points to, or nil.
func Pointee(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return Named(p.Elem())
	}
	return nil
}

// IsNamed reports whether a declared type, which may be nil, is path.name.
func IsNamed(named *types.Named, path, name string) bool {
	return named != nil && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path
}

// IsTask reports whether t is *edo.Task.
func IsTask(t types.Type) bool { return IsNamed(Pointee(t), Root, "Task") }

// IsContext reports whether t is *edo.Context.
func IsContext(t types.Type) bool { return IsNamed(Pointee(t), Root, "Context") }

// IsSpawner reports whether t is edo.Spawner, *edo.Runtime or *scope.Scope.
func IsSpawner(t types.Type) bool {
	return IsNamed(Named(t), Root, "Spawner") || IsNamed(Pointee(t), Root, "Runtime") || IsNamed(Pointee(t), Root+"/scope", "Scope")
}

// IsHandle reports whether t is an edo.JoinHandle or a pointer to one.
func IsHandle(t types.Type) bool {
	return IsNamed(Named(t), Root, "JoinHandle") || IsNamed(Pointee(t), Root, "JoinHandle")
}

// HasTask returns the index of the first *edo.Task among the parameters of a function, or -1.
func HasTask(sig *types.Signature) int { return indexOf(sig, IsTask) }

// HasContext returns the index of the first *edo.Context among the parameters of a function, or -1.
func HasContext(sig *types.Signature) int { return indexOf(sig, IsContext) }

func indexOf(sig *types.Signature, is func(types.Type) bool) int {
	for i := range sig.Params().Len() {
		if is(sig.Params().At(i).Type()) {
			return i
		}
	}
	return -1
}

// Signature returns the function type that t is, behind its name, or nil.
func Signature(t types.Type) *types.Signature {
	if t == nil {
		return nil
	}
	sig, _ := t.Underlying().(*types.Signature)
	return sig
}

// The kinds of things that are polled.
const (
	Future = "future"
	Stream = "stream"
)

// Polled returns Future or Stream for what has a Poll or a PollNext as edo's interfaces do, or "".
func Polled(t types.Type) string {
	if pollMethod(t, "Poll") {
		return Future
	}
	if pollMethod(t, "PollNext") {
		return Stream
	}
	return ""
}

// pollMethod reports whether t has the method, with a *edo.Context and the results of a poll.
func pollMethod(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	sig := fn.Signature()
	return sig.Params().Len() == 1 && IsContext(sig.Params().At(0).Type()) &&
		sig.Results().Len() == 3 && IsNamed(Named(sig.Results().At(1).Type()), Root, "Poll")
}
