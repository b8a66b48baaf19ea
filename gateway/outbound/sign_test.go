package outbound_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/gateway/outbound"
)

// The message is the example of Standard Webhooks' own libraries.
func TestSignMakesThePublishedExample(t *testing.T) {
	t.Parallel()
	s, err := outbound.Sign([]string{secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 999_999_999), []byte(`{"test": 2432232314}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; s.Standard != want {
		t.Errorf("standard %s, want %s", s.Standard, want)
	}
}

// The case is number 2 of RFC 4231.
func TestSignMakesTheLegacyHeaderOfTheWholeSecret(t *testing.T) {
	t.Parallel()
	s, err := outbound.Sign([]string{"Jefe"}, "m", time.Unix(0, 0), []byte("what do ya want for nothing?"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"; s.Legacy != want {
		t.Errorf("legacy %s, want %s", s.Legacy, want)
	}
}

func TestSignWithEachSecretOfARotation(t *testing.T) {
	t.Parallel()
	at := time.Unix(1614265330, 0)
	sign := func(secrets ...string) outbound.Signature {
		s, err := outbound.Sign(secrets, "m", at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	both, newest, oldest := sign("new", "old"), sign("new"), sign("old")
	if want := newest.Standard + " " + oldest.Standard; both.Standard != want {
		t.Errorf("standard %q, want %q", both.Standard, want)
	}
	if both.Legacy != newest.Legacy || both.Legacy == oldest.Legacy {
		t.Errorf("legacy %q is not of the newest secret", both.Legacy)
	}
}

func TestSignTakesKeysInEveryForm(t *testing.T) {
	t.Parallel()
	key := "thirteen byte"
	padded := base64.StdEncoding.EncodeToString([]byte(key))
	bare := strings.TrimRight(padded, "=")
	if padded == bare {
		t.Fatal("the key needs no padding")
	}
	for _, c := range []struct {
		name, one, other string
		same             bool
	}{
		{"padded base64 is the bytes", "whsec_" + padded, key, true},
		{"so is bare base64", "whsec_" + bare, key, true},
		{"base64 without the prefix is itself the key", padded, key, false},
		{"what is no base64 is itself the key", "whsec_not base64!", "not base64!", false},
	} {
		one, err1 := outbound.Sign([]string{c.one}, "m", time.Unix(1, 0), []byte(body))
		other, err2 := outbound.Sign([]string{c.other}, "m", time.Unix(1, 0), []byte(body))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if (one.Standard == other.Standard) != c.same {
			t.Errorf("%s: %q and %q", c.name, one.Standard, other.Standard)
		}
	}
}

func TestSignRefusesEmptySecrets(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][]string{nil, {}, {""}, {"whsec_"}, {"whsec_=="}, {"good", ""}, {"", "good"}} {
		if s, err := outbound.Sign(secrets, "m", time.Unix(1, 0), nil); !errors.Is(err, outbound.ErrSecret) || s != (outbound.Signature{}) {
			t.Errorf("%q: %+v, %v", secrets, s, err)
		}
	}
}
