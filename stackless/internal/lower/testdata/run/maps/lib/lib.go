// Package lib has types that others cannot name.
package lib

import "fmt"

type key struct{ a, b int }

type value []string

func (k key) String() string { return fmt.Sprint("key ", k.a+k.b) }

// Hidden is a map of types without exported names.
var Hidden = map[key]value{{1, 2}: {"one", "two"}}

// Sets is a map to a type with an exported underlying type.
var Sets = map[string]value{"a": {"x"}}
