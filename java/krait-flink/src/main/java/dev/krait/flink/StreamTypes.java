package dev.krait.flink;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.BasicArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.LocalTimeTypeInfo;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.api.java.typeutils.ListTypeInfo;
import org.apache.flink.api.java.typeutils.MapTypeInfo;
import org.apache.flink.api.java.typeutils.ObjectArrayTypeInfo;
import org.apache.flink.api.java.typeutils.RowTypeInfo;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.api.java.typeutils.TupleTypeInfoBase;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.AtomicDataType;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.DataTypeQueryable;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.utils.DataTypeUtils;
import org.apache.flink.types.Row;

/** What the types of a DataStream are as SQL types, which is what Python's values are checked against. */
final class StreamTypes {
    /** SQL's decimals have their digits declared; a stream's have any, so that this very type means one that is not rounded. */
    static final LogicalType DECIMAL = DataTypes.DECIMAL(38, 18).getLogicalType();

    private StreamTypes() {
    }

    /** The SQL type of a type, or null for one that has none: its values cross as Java objects. */
    static DataType dataType(TypeInformation<?> type) {
        if (type instanceof DataTypeQueryable) {
            // A stream that was a table; one of Flink's own structures has values that only Flink reads.
            DataType data = ((DataTypeQueryable) type).getDataType();
            return DataTypeUtils.isInternal(data) ? null : data;
        }
        if (type instanceof RowTypeInfo) {
            RowTypeInfo row = (RowTypeInfo) type;
            List<DataTypes.Field> fields = new ArrayList<>();
            for (int i = 0; i < row.getArity(); i++) {
                DataType field = dataType(row.getTypeAt(i));
                if (field == null) {
                    return null;
                }
                fields.add(DataTypes.FIELD(row.getFieldNames()[i], field));
            }
            return DataTypes.ROW(fields);
        }
        if (type instanceof MapTypeInfo) {
            DataType key = dataType(((MapTypeInfo<?, ?>) type).getKeyTypeInfo());
            DataType value = dataType(((MapTypeInfo<?, ?>) type).getValueTypeInfo());
            return key == null || value == null ? null : DataTypes.MAP(key, value);
        }
        if (type instanceof ListTypeInfo) {
            DataType item = dataType(((ListTypeInfo<?>) type).getElementTypeInfo());
            return item == null ? null : DataTypes.ARRAY(item).bridgedTo(List.class);
        }
        if (type instanceof ObjectArrayTypeInfo) {
            DataType item = dataType(((ObjectArrayTypeInfo<?, ?>) type).getComponentInfo());
            return item == null ? null : DataTypes.ARRAY(item);
        }
        if (type instanceof BasicArrayTypeInfo) {
            return DataTypes.ARRAY(dataType(((BasicArrayTypeInfo<?, ?>) type).getComponentInfo()));
        }
        return plain(type);
    }

    private static DataType plain(TypeInformation<?> type) {
        if (type.equals(Types.STRING)) {
            return DataTypes.STRING();
        } else if (type.equals(Types.BOOLEAN)) {
            return DataTypes.BOOLEAN();
        } else if (type.equals(Types.BYTE)) {
            return DataTypes.TINYINT();
        } else if (type.equals(Types.SHORT)) {
            return DataTypes.SMALLINT();
        } else if (type.equals(Types.INT)) {
            return DataTypes.INT();
        } else if (type.equals(Types.LONG)) {
            return DataTypes.BIGINT();
        } else if (type.equals(Types.FLOAT)) {
            return DataTypes.FLOAT();
        } else if (type.equals(Types.DOUBLE)) {
            return DataTypes.DOUBLE();
        } else if (type.equals(Types.BIG_DEC)) {
            return new AtomicDataType(DECIMAL);
        } else if (type.equals(Types.INSTANT)) {
            return DataTypes.TIMESTAMP_LTZ(9);
        } else if (type.equals(LocalTimeTypeInfo.LOCAL_DATE)) {
            return DataTypes.DATE();
        } else if (type.equals(LocalTimeTypeInfo.LOCAL_TIME)) {
            return DataTypes.TIME(9);
        } else if (type.equals(LocalTimeTypeInfo.LOCAL_DATE_TIME)) {
            return DataTypes.TIMESTAMP(9);
        } else if (type.equals(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)) {
            return DataTypes.BYTES();
        }
        return null;
    }

    /** How Python's values become those of a stream. */
    static FromPython fromPython(TypeInformation<?> type) {
        DataType data = dataType(type);
        if (data == null) {
            throw new ValidationException("A Python function cannot return " + type + ": give it a type of org.apache.flink.api.common.typeinfo.Types"
                    + " (basic types, ROW, ROW_NAMED, LIST, MAP, OBJECT_ARRAY).");
        }
        return FromPython.of(data);
    }

    /** The types of the columns that an element of a stream becomes: of a row's or a tuple's fields, or of the element itself. */
    static ArrayList<LogicalType> columns(TypeInformation<?> type) {
        ArrayList<LogicalType> columns = new ArrayList<>();
        if (isTableRow(type)) {
            columns.addAll(dataType(type).getLogicalType().getChildren());
        } else if (type instanceof RowTypeInfo || type instanceof TupleTypeInfo) {
            for (int i = 0; i < type.getArity(); i++) {
                columns.add(column(((TupleTypeInfoBase<?>) type).getTypeAt(i)));
            }
        } else {
            columns.add(column(type));
        }
        return columns;
    }

    /** What has no SQL type crosses as the Java object that it is. */
    private static LogicalType column(TypeInformation<?> type) {
        DataType data = dataType(type);
        return data == null ? DataTypes.NULL().getLogicalType() : data.getLogicalType();
    }

    private static boolean isTableRow(TypeInformation<?> type) {
        return type instanceof DataTypeQueryable && type.getTypeClass() == Row.class;
    }

    /** The names of a row's or a tuple's fields, or null. */
    static ArrayList<String> names(TypeInformation<?> type) {
        if (isTableRow(type)) {
            return new ArrayList<>(DataType.getFieldNames(dataType(type)));
        }
        return type instanceof RowTypeInfo || type instanceof TupleTypeInfo
                ? new ArrayList<>(List.of(((TupleTypeInfoBase<?>) type).getFieldNames())) : null;
    }

    /** Puts the columns' values of an element into an array; {@code names} are those of its type, since not every row has one. */
    static void take(Object element, List<String> names, Object[] values) {
        if (names == null) {
            values[0] = element;
            return;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = element instanceof Row ? ToPython.field((Row) element, i, names) : ((Tuple) element).getField(i);
        }
    }
}
