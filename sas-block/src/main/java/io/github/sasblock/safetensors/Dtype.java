package io.github.sasblock.safetensors;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Optional;

/**
 * The element types of the safetensors format, under the format's own names.
 *
 * <p>A file may hold tensors of every one of these types, but only those with a {@link #dataType()}
 * can become arrays: DJL's PyTorch engine has no working arrays of the others.
 */
public enum Dtype {
    /** True or false, one byte of 1 or 0. */
    BOOL(8, DataType.BOOLEAN),
    /** Unsigned 8-bit integer. */
    U8(8, DataType.UINT8),
    /** Signed 8-bit integer. */
    I8(8, DataType.INT8),
    /** Signed 32-bit integer. */
    I32(32, DataType.INT32),
    /** Signed 64-bit integer. */
    I64(64, DataType.INT64),
    /** IEEE 754 half precision. */
    F16(16, DataType.FLOAT16),
    /** IEEE 754 single precision. */
    F32(32, DataType.FLOAT32),
    /** IEEE 754 double precision. */
    F64(64, DataType.FLOAT64),
    /**
     * Brain floating point, the upper half of an {@link #F32}. It is read as FLOAT32, which holds
     * every value exactly, and never written.
     */
    BF16(16, DataType.FLOAT32),
    /** Signed 16-bit integer. Cannot be read. */
    I16(16, null),
    /** Unsigned 16-bit integer. Cannot be read. */
    U16(16, null),
    /** Unsigned 32-bit integer. Cannot be read. */
    U32(32, null),
    /** Unsigned 64-bit integer. Cannot be read. */
    U64(64, null),
    /** Complex number of two {@link #F32}. Cannot be read. */
    C64(64, null),
    /** 8-bit floating point, 5 bits of exponent. Cannot be read. */
    F8_E5M2(8, null),
    /** 8-bit floating point, 4 bits of exponent. Cannot be read. */
    F8_E4M3(8, null),
    /** 8-bit floating point, 5 bits of exponent, without negative zero. Cannot be read. */
    F8_E5M2FNUZ(8, null),
    /** 8-bit floating point, 4 bits of exponent, without negative zero. Cannot be read. */
    F8_E4M3FNUZ(8, null),
    /** 8-bit power of two. Cannot be read. */
    F8_E8M0(8, null),
    /** 6-bit floating point, 2 bits of exponent. Cannot be read. */
    F6_E2M3(6, null),
    /** 6-bit floating point, 3 bits of exponent. Cannot be read. */
    F6_E3M2(6, null),
    /** 4-bit floating point. Cannot be read. */
    F4(4, null);

    private final int bits;
    private final DataType dataType;

    Dtype(int bits, DataType dataType) {
        this.bits = bits;
        this.dataType = dataType;
    }

    /**
     * Returns the size of an element in the file.
     *
     * @return bits per element
     */
    public int bits() {
        return bits;
    }

    /**
     * Returns the data type of arrays read from tensors of this type.
     *
     * @return the data type, or empty where tensors of this type cannot be read
     */
    public Optional<DataType> dataType() {
        return Optional.ofNullable(dataType);
    }

    /**
     * Returns the type that arrays of a data type are written as.
     *
     * @param dataType the data type of an array
     * @return the type in the file, or empty where such arrays cannot be written
     */
    public static Optional<Dtype> of(DataType dataType) {
        return Arrays.stream(values())
                .filter(dtype -> dtype != BF16 && dtype.dataType == dataType)
                .findFirst();
    }
}
