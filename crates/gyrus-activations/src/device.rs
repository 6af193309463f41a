//! Where the numbers are computed: the processor, or a graphics processor where this build knows one.

use crate::Error;

/// What the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// A GPU if this build and this machine have one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A GPU, or an error.
    Gpu,
}

/// Where the numbers are computed.
#[derive(Debug, Clone)]
pub struct Device {
    inner: burn::tensor::Device,
    place: Place,
    name: String,
}

/// Which memory a device computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The processor's: our own loops may work on a tensor's numbers without moving them.
    Host,
    /// A GPU's.
    #[cfg_attr(not(any(feature = "gpu", test)), expect(dead_code, reason = "only a build with a GPU has such a place"))]
    Gpu,
}

/// The device that `choice` asks for.
///
/// # Errors
/// [`Error::GpuFeature`] if a GPU is asked for and this build has none, [`Error::Gpu`] if none can be opened.
pub fn open_device(choice: DeviceChoice) -> Result<Device, Error> {
    match choice {
        DeviceChoice::Cpu => Ok(processor()),
        DeviceChoice::Gpu => gpu::open().map(|(device, _)| device),
        DeviceChoice::Auto => match gpu::open() {
            Ok((device, gpu::Adapter::Hardware)) => Ok(device),
            // A GPU simulated in software is slower than the processor's own loops.
            Ok((_, gpu::Adapter::Software)) | Err(_) => Ok(processor()),
        },
    }
}

impl Device {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn inner(&self) -> &burn::tensor::Device {
        &self.inner
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }
}

fn processor() -> Device {
    Device { inner: burn::tensor::Device::flex(), place: Place::Host, name: "cpu".into() }
}

/// The processor without our own loops: what a GPU computes, step by step, where a test can run it.
#[cfg(test)]
pub(crate) fn processor_as_gpu() -> Device {
    Device { place: Place::Gpu, name: "cpu as gpu".into(), ..processor() }
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::sync::OnceLock;

    use burn::tensor::wgpu::wgpu::DeviceType;

    use super::{Device, Place};
    use crate::Error;

    /// Whether an adapter is a real GPU.
    #[derive(Debug, Clone, Copy)]
    pub(super) enum Adapter {
        Hardware,
        Software,
    }

    /// The GPU, opened once: the graphics runtime of a process cannot be opened again.
    static OPENED: OnceLock<Result<(Device, Adapter), String>> = OnceLock::new();

    pub(super) fn open() -> Result<(Device, Adapter), Error> {
        OPENED.get_or_init(first).clone().map_err(Error::Gpu)
    }

    fn first() -> Result<(Device, Adapter), String> {
        let options = burn::tensor::Device::wgpu_options();
        let (inner, setup) = options.init_with_setup().map_err(|error| error.to_string())?;
        let info = setup.adapter.get_info();
        let adapter = if info.device_type == DeviceType::Cpu { Adapter::Software } else { Adapter::Hardware };
        Ok((Device { inner, place: Place::Gpu, name: format!("gpu: {}", info.name) }, adapter))
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use super::Device;
    use crate::Error;

    /// Whether an adapter is a real GPU.
    #[expect(dead_code, reason = "a build without a GPU opens none")]
    pub(super) enum Adapter {
        Hardware,
        Software,
    }

    pub(super) fn open() -> Result<(Device, Adapter), Error> {
        Err(Error::GpuFeature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there() -> Result<(), Error> {
        assert_eq!(open_device(DeviceChoice::Cpu)?.name(), "cpu");
        Ok(())
    }

    #[cfg(not(feature = "gpu"))]
    #[test]
    fn a_build_without_a_gpu_says_how_to_get_one() {
        let error = open_device(DeviceChoice::Gpu).expect_err("no GPU in this build");
        assert!(error.to_string().contains("--features gpu"), "{error}");
    }
}
