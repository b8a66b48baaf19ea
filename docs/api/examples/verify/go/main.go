package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

// maxBody is larger than any event.
const maxBody = 1 << 20

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: go SECRET HOST:PORT")
	}
	l, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", l.Addr())
	log.Fatal(http.Serve(l, receiver(os.Args[1])))
}

// receiver accepts deliveries signed with the secret.
func receiver(secret string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body did not come", http.StatusBadRequest)
			return
		}
		if !verify(secret, r.Header, body) {
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		fmt.Printf("%s %s\n", r.Header.Get("webhook-id"), body)
		w.WriteHeader(http.StatusNoContent)
	}
}
