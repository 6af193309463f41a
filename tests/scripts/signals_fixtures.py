#!/usr/bin/env python3
"""Writes what scipy, mne and librosa make of small signals, for the tests of gyrus-signals.

usage: signals_fixtures.py [--out crates/gyrus-signals/tests/data] [--mel PYTHON]

Needs: pip install numpy scipy mne; --mel names an interpreter that has librosa, without it its files stay as they are.

NAME.f64 holds raw little-endian numbers, one row after another; cases.json the shape of each.
The signals are Gaussian noise with a slope (`long`, `short`) and a sound of gliding tones (`sound`).
"""
import argparse
import json
import pathlib
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
here = pathlib.Path(__file__).resolve().parents[2]
parser.add_argument("--out", type=pathlib.Path, default=here / "crates/gyrus-signals/tests/data")
parser.add_argument("--mel")
parser.add_argument("--only-mel", action="store_true", help=argparse.SUPPRESS)
arguments = parser.parse_args()

import numpy as np

RATE, SOUND_RATE = 512.0, 8000.0
index = arguments.out / "cases.json"
shapes = json.loads(index.read_text()) if index.exists() else {}


def write(name, values):
    values = np.asarray(values, "<f8")
    shapes[name] = list(values.shape)
    values.tofile(arguments.out / f"{name}.f64")


def sound():
    t = np.arange(6000) / SOUND_RATE
    rng = np.random.default_rng(3)
    return np.sin(2 * np.pi * (200 * t + 900 * t**2)) * (1.2 + np.sin(2 * np.pi * 5 * t)) + 0.01 * rng.standard_normal(len(t))


def mel():
    import librosa

    y = sound()
    for name, size, hop, htk, bands in [("mel_slaney", 512, 80, False, 40), ("mel_htk", 400, 100, True, 24)]:
        power = np.abs(librosa.stft(y, n_fft=size, hop_length=hop, window="hann", center=True, pad_mode="constant")) ** 2
        norm = None if htk else "slaney"
        basis = librosa.filters.mel(sr=SOUND_RATE, n_fft=size, n_mels=bands, fmin=50, fmax=3800, htk=htk, norm=norm, dtype=np.float64)
        ours = basis @ power
        theirs = librosa.feature.melspectrogram(
            y=y, sr=SOUND_RATE, n_fft=size, hop_length=hop, n_mels=bands, fmin=50, fmax=3800, htk=htk, norm=norm, pad_mode="constant"
        )
        assert np.allclose(ours, theirs, rtol=1e-5)
        write(name, ours.T)
    write("mel_decibel", librosa.power_to_db(basis @ power, ref=1.0, amin=1e-6, top_db=None).T)


def recursive(x):
    from scipy import signal

    cases = {
        "low_3": (3, 40, "lowpass"), "high_1": (1, 1, "highpass"), "high_5": (5, 2, "highpass"), "band_4": (4, [70, 200], "bandpass"),
        "band_3": (3, [8, 13], "bandpass"), "stop_2": (2, [55, 65], "bandstop"), "low_8": (8, 100, "lowpass"), "stop_5": (5, [20, 120], "bandstop"),
    }
    for name, (order, edges, kind) in cases.items():
        sos = signal.butter(order, edges, kind, fs=RATE, output="sos")
        write(f"sos_{name}", sos)
        write(f"butter_{name}", signal.sosfiltfilt(sos, x, axis=0))
    y = x
    for frequency in (60, 120):
        y = signal.filtfilt(*signal.iirnotch(frequency, 30, fs=RATE), y, axis=0)
    write("iir_notch", y)


def finite(x, short):
    import mne

    filters = {"fir_band": (30, 80), "fir_low": (None, 40), "fir_high": (4, None), "fir_stop": (90, 50), "fir_nyquist": (10, 250)}
    for name, (low, high) in filters.items():
        write(name + "_taps", mne.filter.create_filter(None, RATE, low, high, fir_design="firwin", verbose="error"))
        write(name, mne.filter.filter_data(x.T.copy(), RATE, low, high, fir_design="firwin", verbose="error").T)
    write("fir_narrow", mne.filter.filter_data(x.T.copy(), RATE, 30, 80, None, "1.2s", 3.0, 5.0, verbose="error").T)
    notch = dict(notch_widths=2, trans_bandwidth=1, verbose="error")
    write("notch", mne.filter.notch_filter(x.T.copy(), RATE, [60, 120, 180], **notch).T)
    write("notch_short", mne.filter.notch_filter(short.T.copy(), RATE, [60], **notch).T)


def resampling(x, short):
    import mne
    from scipy import signal

    for name, up, down in [("poly_25_128", 25, 128), ("poly_3_2", 3, 2), ("poly_1_16", 1, 16)]:
        write(name, signal.resample_poly(x, up, down, axis=0))
    for name, y, samples in [("odd_even", x[:-1], 500), ("even_odd", x, 333), ("up", short, 700), ("same", short, len(short)), ("odd_up", short[1:], 400)]:
        write(f"fourier_{name}", signal.resample(y, samples, axis=0))
        write(f"fourier_{name}_hamming", signal.resample(y, samples, axis=0, window="hamming"))
    info = mne.create_info(x.shape[1], RATE, "ecog", verbose="error")
    for name, y, rate, window in [("32", x, 32, "hamming"), ("100", x, 100, "hamming"), ("32_flat", x, 32, "auto"), ("up", short, 700, "hamming")]:
        epochs = mne.EpochsArray(y.T[None], info, verbose="error").resample(rate, npad="auto", window=window, verbose="error")
        write(f"epochs_{name}", epochs.get_data(copy=False)[0].T)
        write(f"turned_{name}", mne.filter.resample(y.T, rate, RATE, npad="auto", window=window, verbose="error").T)


def envelopes(x):
    from mne.filter import next_fast_len
    from scipy import signal

    write("hilbert", np.abs(signal.hilbert(x, axis=0)))
    odd = x[:-1]
    write("hilbert_good", np.abs(signal.hilbert(odd, next_fast_len(len(odd)), axis=0))[: len(odd)])
    bands = []
    for edges in [(70, 95), (95, 120), (120, 150)]:
        sos = signal.butter(4, edges, "bandpass", fs=RATE, output="sos")
        bands.append(np.abs(signal.hilbert(signal.sosfiltfilt(sos, x, axis=0), axis=0)))
    write("bands_mean", np.mean(bands, 0))
    write("bands_normalised", np.mean([b / b.mean(0) for b in bands], 0))
    write("bands_log_power", np.mean([np.log(np.maximum(b**2, 1e-3)) for b in bands], 0))
    y = np.abs(signal.hilbert(sound(), 6000))
    y = signal.sosfiltfilt(signal.butter(4, 8, fs=SOUND_RATE, output="sos"), y)
    write("sound_envelope", signal.resample_poly(y, 1, 80))


def main():
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.only_mel:
        mel()
    else:
        rng = np.random.default_rng(1)
        x = rng.standard_normal((1000, 2)).cumsum(0) * 0.1 + rng.standard_normal((1000, 2)) + np.linspace(0, 5, 1000)[:, None]
        short = x[:300] + 1
        from scipy import signal

        write("long", x)
        write("sound", sound())
        write("detrended", signal.detrend(x, axis=0))
        recursive(x)
        finite(x, short)
        resampling(x, short)
        envelopes(x)
    index.write_text(json.dumps(shapes, indent=0, sort_keys=True) + "\n")
    if arguments.mel:
        subprocess.run([arguments.mel, __file__, "--out", arguments.out, "--only-mel"], check=True)


main()
