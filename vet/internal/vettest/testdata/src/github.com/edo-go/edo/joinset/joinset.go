package joinset

type Set[T any] struct{ inner int }
