package discard

import "reflect"

// Owned is a handle with one owner: the owner of a message is the owner of the handle in it.
// Its type embeds [OneOwner].
type Owned interface {
	Dropper
	oneOwner()
}

// OneOwner makes the type that embeds it an [Owned]. A package embeds it by an alias that is
// not exported, so that no documentation shows it. The field goes first: at the end of a
// struct a field without a size makes the struct larger.
type OneOwner struct{}

func (OneOwner) oneOwner() {}

var owned = reflect.TypeFor[Owned]()

// isHandle reports whether t is an [Owned].
func isHandle(t reflect.Type) bool { return t.Implements(owned) }
