module github.com/edo-go/edo/vet

go 1.26.0

require golang.org/x/tools v0.40.1-0.20260108161641-ca281cf95054

require (
	golang.org/x/mod v0.31.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
)
